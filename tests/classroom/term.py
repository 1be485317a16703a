"""A term in small: released, fetched, handed in, collected, graded, given back, exported.

    make classroom

Everything goes through nbgrader's own commands. Each runs in a child of this process, which has
imported nbgrader already.
"""

import csv
import datetime
import json
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import nbformat
import pytest
from submissions import POINTS, submissions

pytest.importorskip("nbgrader")
from nbgrader.api import Gradebook

from classroom import sandbox, sources
from classroom.tasks import TASKS

# A child of this process runs one command, and no thread is needed there.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

COURSE = "term-in-small"
ROOT = Path(__file__).resolve().parents[2]


def nbgrader(folder, command, *arguments, fails=False):
    """Run a command of nbgrader in a folder, and return what it says."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(write, 1), os.dup2(write, 2), os.chdir(folder)
        status = 1
        try:
            sys.stdout = sys.stderr = os.fdopen(1, "w", closefd=False)
            from nbgrader.apps.nbgraderapp import NbGraderApp

            warnings.simplefilter("ignore")

            NbGraderApp.launch_instance([command, *arguments])
            status = 0
        except SystemExit as stopped:
            status = stopped.code if isinstance(stopped.code, int) else int(bool(stopped.code))
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            import atexit

            sys.stdout.flush()
            atexit._run_exitfuncs()
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    assert bool(status) == fails, said[-6000:]
    return said


class Term:
    """What happened in a term."""

    def __init__(self, folder):
        if not sandbox.works():
            print(sandbox.MISSING)
            os.environ[sandbox.TRUST] = "1"
        self.course = folder / "course"
        self.exchange = folder / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        self.folder = folder
        self.said = {}
        subprocess.run(
            [sys.executable, "-m", "classroom", str(self.course), "--course", COURSE],
            cwd=ROOT, check=True,
        )  # fmt: skip
        with open(self.course / "nbgrader_config.py", "a") as config:
            config.write(f"c.Exchange.root = {str(self.exchange)!r}\n")
            config.write("c.SteadyExecute.timeout = 4\nc.Judge.seconds = 3.0\n")
            config.write(f"c.NbGrader.logfile = {str(folder / 'log')!r}\n")
        self.released = {
            name: nbformat.read(next((self.course / "release" / name).glob("*.ipynb")), 4)
            for name in POINTS
        }
        self.handed_in = submissions(self.released, sandbox.works())

    def home(self, student):
        """Return a student's folder, set up as the teacher says."""
        home = self.folder / "homes" / student
        if not home.exists():
            home.mkdir(parents=True)
            (home / "nbgrader_config.py").write_text(
                "c = get_config()\n"
                f"c.CourseDirectory.course_id = {COURSE!r}\n"
                f"c.Exchange.root = {str(self.exchange)!r}\n"
                f"c.Exchange.cache = {str(home / '.cache')!r}\n"
            )
        return home

    def hand_in(self, submission):
        home = self.home(submission.student)
        nbgrader(home, "fetch_assignment", submission.assignment)
        (path,) = (home / submission.assignment).glob("*.ipynb")
        path.write_text(submission.text)
        nbgrader(home, "submit", submission.assignment, f"--student={submission.student}")

    def run(self):
        for assignment, handed_in in self.handed_in.items():
            nbgrader(self.course, "release_assignment", assignment)
            for submission in handed_in:
                if not submission.late:
                    self.hand_in(submission)
            due = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
            with self.gradebook() as gradebook:
                gradebook.update_or_create_assignment(assignment, duedate=due)
            time.sleep(1.1)
            for submission in handed_in:
                if submission.late:
                    self.hand_in(submission)
            self.said["collect", assignment] = nbgrader(self.course, "collect", assignment)
            broken = any("not a notebook" in submission.text for submission in handed_in)
            self.said["autograde", assignment] = nbgrader(
                self.course, "autograde", assignment, fails=broken
            )
            self.grade_by_hand(assignment)
            nbgrader(self.course, "generate_feedback", assignment)
            nbgrader(self.course, "release_feedback", assignment)
        nbgrader(self.course, "export", "--to=grades.csv")
        return self

    def gradebook(self):
        return Gradebook(f"sqlite:///{self.course}/gradebook.db", COURSE)

    def grade_by_hand(self, assignment):
        """Give what the rubric gives, to every answer that waits for a person."""
        points = {s.student: s.points for s in self.handed_in[assignment]}
        with self.gradebook() as gradebook:
            for submission in gradebook.assignment_submissions(assignment):
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        if grade.needs_manual_grade:
                            grade.manual_score = points[submission.student.id][grade.name]
                            grade.needs_manual_grade = False
            gradebook.db.commit()

    def scores(self, student, assignment):
        """Return a student's points for each cell."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission(assignment, student)
            return {g.name: g.score for n in submission.notebooks for g in n.grades}

    def feedback(self, student, assignment):
        (page,) = (self.course / "feedback" / student / assignment).glob("*.html")
        return page.read_text()


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    return Term(tmp_path_factory.mktemp("term")).run()


def of(term, student, assignment):
    return next(s for s in term.handed_in[assignment] if s.student == student)


def test_every_cell_has_the_points_that_it_must_have(term):
    for assignment, handed_in in term.handed_in.items():
        for submission in handed_in:
            if submission.text.endswith("}"):  # what is no notebook has no cells
                found = term.scores(submission.student, assignment)
                assert found == pytest.approx(submission.points), submission.student


def test_the_exported_scores_are_those(term):
    with open(term.course / "grades.csv", newline="") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    for assignment, handed_in in term.handed_in.items():
        for submission in handed_in:
            row = rows[submission.student, assignment]
            assert float(row["score"]) == pytest.approx(sum(submission.points.values()))
            assert float(row["max_score"]) == sum(POINTS[assignment].values())
            if submission.text.endswith("}"):
                assert (row["timestamp"] > row["duedate"]) == submission.late
    assert float(rows["gus", "a2_gradient_descent"]["score"]) == 0  # nothing was handed in


def test_what_cannot_be_read_stops_nobody_else(term):
    told = term.said["autograde", "a1_derivatives"]
    assert "error processing assignment 'a1_derivatives' for student 'ida'" in told
    assert told.count("error processing assignment 'a1_derivatives' for") == 1


def test_feedback_names_the_slip_and_shows_a_case(term):
    page = term.feedback("ben", "a1_derivatives")
    assert "Far out on the right e^a is too large for a float." in page
    assert "a = 900" in page
    assert "b = 3" in page and "You gave all of it to a." in " ".join(page.split())
    page = term.feedback("gus", "a1_derivatives")
    assert "It never stops, or takes far too long." in page
    assert "Python ended" in page


@pytest.mark.parametrize("assignment", [name for name in POINTS if name > "a2"])
def test_figures_are_there_to_be_graded(term, assignment):
    assert "data:image/png;base64" in term.feedback("ada", assignment)
    assert "data:image/png;base64" not in term.feedback("cleo", assignment)


def test_feedback_says_what_was_restored(term):
    page = term.feedback("fay", "a1_derivatives")
    assert "Before grading this notebook was restored." in page
    assert "was missing and was put back" in page
    assert "the first try, left above" in page  # nothing that a student wrote is lost
    assert "restored" not in term.feedback("ada", "a1_derivatives")


def test_a_student_fetches_the_feedback(term):
    home = term.home("ada")
    nbgrader(home, "fetch_feedback", "a1_derivatives")
    (page,) = (home / "a1_derivatives" / "feedback").rglob("*.html")
    assert "Right on 10 of 10 inputs: 5 of 5 points." in page.read_text()


def test_validating_passes_the_perfect_and_not_the_blank(term):
    for student, wanted in (
        ("ada", "Success! Your notebook passes all the tests."),
        ("cleo", "VALIDATION FAILED ON 7 CELL(S)!"),
    ):
        told = subprocess.run(
            [sys.executable, "-m", "nbgrader", "validate", "derivatives.ipynb"],
            cwd=term.home(student) / "a1_derivatives", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert wanted in told.stdout


def solutions(assignment):
    """Give every line of a source that stands in a solution and that a release must not show."""
    for each in sources.cells(assignment).values():
        if each.metadata.nbgrader.solution:
            _, _, inside = each.source.partition("### BEGIN SOLUTION")
            text = inside.partition("### END SOLUTION")[0] or each.source
            yield from (line.strip() for line in text.splitlines() if len(line.strip()) > 15)


@pytest.mark.parametrize("assignment", POINTS)
def test_a_release_holds_no_solution_no_word_of_a_test_and_no_output(term, assignment):
    released = term.released[assignment]
    text = "\n".join(cell.source for cell in released.cells) + json.dumps(released.metadata)
    assert "SOLUTION" not in text and "HIDDEN" not in text
    lines = list(solutions(assignment))
    assert len(lines) > 20
    for line in lines:
        assert line not in text
    for task in TASKS[assignment].values():
        for words in (task.exercise.praise, task.exercise.otherwise, *task.exercise.slips):
            assert words not in text
    assert not any(cell.get("outputs") for cell in released.cells)
