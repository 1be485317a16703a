"""Every task that is graded by itself: right answers earn all, wrong ones lose points."""

import copy
from pathlib import Path

import numpy as np
import other_styles
import pytest
import styles_of_project
import styles_of_stability

from classroom import sources
from classroom.scoring import hidden_inputs, judged
from classroom.tasks import TASKS
from minigrad.course.exercises.verdict import Complaint

OTHERS = other_styles.OTHERS | styles_of_stability.OTHERS | styles_of_project.OTHERS
ALL = {name: task for tasks in TASKS.values() for name, task in tasks.items()}
assert len(ALL) == sum(map(len, TASKS.values())), "a test's name is taken"
FUNCTIONS = [name for name, task in ALL.items() if callable(task.exercise.answer)]
every_task = pytest.mark.parametrize("name", ALL)
every_function = pytest.mark.parametrize("name", FUNCTIONS)
POINTS = 12.0


def asked(name, answer, course="spring", given=None):
    """Return the points of an answer, of 12, and what is said about it."""
    task = ALL[name]
    inputs, got = hidden_inputs(task, course), []
    given = list(task.given.values()) if given is None else given
    for arguments in inputs:
        try:
            got.append(task.exercise.tried(answer, given, arguments))
        except Complaint as complaint:
            got.append(complaint)
    return judged(task, inputs, got, POINTS)


def changed(name, change):
    """Wrap the right answer, and keep what makes a primitive one."""
    right = ALL[name].exercise.answer

    def answer(*arguments):
        return change(right, *arguments)

    vars(answer).update(vars(right))
    return answer


@every_task
def test_the_right_answer_earns_all_points_whatever_is_drawn(name):
    for course in ("spring", "autumn", "2031"):
        points, said = asked(name, ALL[name].exercise.answer, course)
        assert points == POINTS, said


@every_task
def test_three_right_answers_in_other_styles_earn_all_points(name):
    assert len(OTHERS[name]) >= 3
    for course in ("spring", "autumn"):
        for answer in OTHERS[name]:
            points, said = asked(name, answer, course)
            assert points == POINTS, said


@every_task
def test_every_slip_loses_points_and_hears_its_own_name_and_a_case(name):
    assert len(ALL[name].exercise.slips) >= 2
    for message, slip in ALL[name].exercise.slips.items():
        points, said = asked(name, slip)
        assert points < POINTS
        assert " ".join(message.split()) in " ".join(said.split())
        assert " = " in said or not callable(ALL[name].exercise.answer)


@every_function
def test_the_shown_example_hard_coded_earns_nothing(name):
    task = ALL[name]
    for shown in task.shown:
        kept = []

        def hard_coded(right, *arguments, kept=kept):
            kept[:] = kept or [right(*arguments)]
            return kept[0]

        answer = changed(name, hard_coded)
        task.exercise.tried(answer, list(task.given.values()), copy.deepcopy(shown))
        points, said = asked(name, answer)
        assert points <= POINTS / 4, said


@every_function
def test_an_argument_that_is_ignored_loses_points(name):
    """But for the ends of an interval, which any other interval around the answer replaces."""
    seen = []
    asked(name, changed(name, lambda right, *a: seen.append(a) or right(*a)))
    for k in range(2 if name == "measured-limit-test" else len(seen[0])):

        def freeze(right, *arguments, k=k):
            return right(*arguments[:k], copy.deepcopy(seen[0][k]), *arguments[k + 1 :])

        assert asked(name, changed(name, freeze))[0] < POINTS, f"argument {k}"


def _raise(right, *_):
    raise NotImplementedError


MUTANTS = {
    "raises": _raise,
    "nothing": lambda right, *a: None,
    "text": lambda right, *a: "right",
    "nan": lambda right, *a: np.nan,
    "zero": lambda right, *a: 0.0,
    "one": lambda right, *a: 1.0,
    "everything": lambda right, *a: type("Any", (), {"__eq__": lambda *_: True})(),
}


@every_function
@pytest.mark.parametrize("kind", MUTANTS)
def test_what_is_no_answer_earns_nothing(name, kind):
    points, said = asked(name, changed(name, MUTANTS[kind]))
    assert points <= POINTS / 4, said


@every_task
def test_an_answer_left_open_earns_nothing(name):
    assert asked(name, ...)[0] == 0


def test_a_choice_earns_by_how_near_it_comes():
    ours = ALL["choose-test"].exercise.answer()
    untuned = {
        "optimizer": "sgd",
        "lr": 0.001,
        "momentum": 0.0,
        "schedule": "constant",
        "batch": 64,
    }
    for choice, least, most in (
        (ours | {"lr": 0.03}, 12, 12),
        (ours | {"schedule": "constant", "lr": 0.01}, 4, 10),
        (ours | {"schedule": "constant", "lr": 0.001}, 0, 0),
        (ours | {"lr": 1e300}, 0, 0),
        (untuned, 0, 0),
    ):
        points, said = asked("choose-test", lambda choice=choice: choice)
        assert least <= points <= most, said


@pytest.mark.parametrize(
    "forged",
    [
        np.array([1.0, 2.0, 9.0, 0.04, 0.9]),
        np.array([1.0, 2.0, 0.5, 0.04, 0.9]),
        np.array([1.0, 2.0, 0.0, -0.04, 0.9]),
        np.array([1.0, 2.0, 0.0, np.nan, 0.9]),
        np.array([1.0, 2.0, 0.0, 0.04, 1.0]),
        np.array(0.0),
        [np.zeros(2), np.zeros(3)],
        {"lr": np.array(0.04)},
    ],
)
def test_a_choice_that_is_none_is_not_trained_with(forged):
    task = ALL["choose-test"]
    inputs = hidden_inputs(task, "spring")
    points, said = judged(task, inputs, [forged] * len(inputs), POINTS)
    assert points == 0 and "could not be read" in said


@pytest.mark.parametrize("assignment", TASKS)
def test_the_source_is_right_as_it_stands_and_marks_every_cell(assignment):
    names = {"__name__": "__main__"}
    for cell in sources.cells(assignment).values():
        mark = cell.metadata.nbgrader
        assert mark.locked != mark.solution and cell.id == mark.grade_id
        assert not cell.get("outputs")
        if cell.cell_type == "code" and not (mark.grade and mark.solution):
            exec(compile(cell.source, mark.grade_id, "exec"), names)
    for name, task in TASKS[assignment].items():
        given = [names[each] for each in task.given]
        points, said = asked(name, names[task.name], given=given)
        assert points == POINTS, said


@pytest.mark.parametrize("assignment", TASKS)
def test_every_test_of_the_source_is_a_task_and_the_points_are_those_of_the_title(assignment):
    cells = sources.cells(assignment)
    marks = [cell.metadata.nbgrader for cell in cells.values()]
    by_tests = {m.grade_id: m.points for m in marks if m.grade and not m.solution}
    by_hand = sum(m.points for m in marks if m.grade and m.solution)
    assert set(by_tests) == set(TASKS[assignment])
    total = sum(by_tests.values())
    told = f"| **Points** | {total + by_hand}: {total} are given by tests, {by_hand} by a person |"
    assert told in cells["title"].source
    for name, points in by_tests.items():
        assert f"# {points} points" in cells[name].source


def test_what_students_install_holds_no_answer_of_an_assignment():
    package = Path(__file__).resolve().parents[2] / "minigrad"
    text = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert "import classroom" not in text
    for task in ALL.values():
        assert task.exercise.otherwise not in text and task.exercise.praise not in text
