"""Right answers pass however they are written; wrong ones hear what is wrong."""

import importlib

import pytest
from asking import LESSONS, SEVERAL_ANSWERS, exercises, given

import minigrad as mg

EXERCISES = exercises()
TABLES = {lesson: importlib.import_module(f"answers.{lesson}") for lesson in LESSONS}


def ask(name, answer, seed=0):
    several = isinstance(answer, tuple) and name in SEVERAL_ANSWERS
    answers = answer if several else (answer,)
    return EXERCISES[name](*answers, *given(name), seed=seed)


def cases(table):
    return [
        pytest.param(f"{lesson}.{name}", case, id=f"{lesson}.{name}-{i}")
        for lesson, module in TABLES.items()
        for name, answers in getattr(module, table).items()
        for i, case in enumerate(answers)
    ]


def test_every_exercise_has_right_and_wrong_answers():
    for table in ("RIGHT", "WRONG"):
        tried = {
            f"{lesson}.{name}" for lesson in LESSONS for name in getattr(TABLES[lesson], table)
        }
        assert tried == set(EXERCISES)


@pytest.mark.parametrize(("name", "answer"), cases("RIGHT"))
def test_a_right_answer_passes(name, answer):
    for seed in (0, 7):
        verdict = ask(name, answer, seed)
        assert verdict, verdict


@pytest.mark.parametrize(("name", "case"), cases("WRONG"))
def test_a_wrong_answer_hears_what_is_wrong(name, case):
    answer, hears = case
    verdict = ask(name, answer)
    assert not verdict
    assert hears in verdict.message
    assert max(map(len, repr(verdict).splitlines())) <= 76


@pytest.mark.parametrize("name", [name for name in EXERCISES if name != "tensors.stretched"])
def test_an_exercise_left_open_says_what_to_do(name):
    assert repr(ask(name, ...)).startswith("Not yet. Replace the three dots")


def test_a_part_left_open_says_what_to_do():
    kernel = TABLES["tensors"].numba.njit(lambda x, out: None)
    for verdict in (
        EXERCISES["tensors.stretched"](..., 1 / 3),
        EXERCISES["tensors.stretched"]((3, 4), ...),
        ask("derivatives.divide", TABLES["derivatives"].quotient(lambda a, b: (..., ...))),
        ask("derivatives.dual_multiply", lambda a, da, b, db: (a * b, ...)),
        ask("derivatives.closer", lambda central, one_sided, n: ...),
        ask("tensors.softmax_rows", lambda x, out: None),
        ask("tensors.softmax_rows", kernel),
        ask("tensors.log_cosh", lambda x: ...),
        ask("tensors.log_cosh", mg.primitive(lambda g, y, x: ...)(lambda x: ...)),
    ):
        assert repr(verdict).startswith("Not yet. Replace the three dots")
