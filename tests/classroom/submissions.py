"""What students hand in: each a change to a released notebook, and the points it must get."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from classroom import sources
from classroom.tasks import TASKS

ALL_1 = {
    "on-paper-test": 2, "softplus-test": 5, "larger-test": 4, "uncertainty-test": 7,
    "squareplus-test": 4, "bend-test": 2, "walk": 6,
}  # fmt: skip
ALL_2 = {
    "walk-test": 5, "updates-needed-test": 5, "fit-line-test": 6, "exponent-test": 2,
    "limit-test": 4, "measured-limit-test": 5, "centred-figure": 4, "centred-reason": 4,
}  # fmt: skip
EXAMPLE = {"optimizer": "sgd", "lr": 0.001, "momentum": 0.0, "schedule": "constant", "batch": 64}
LATER = [name for name in TASKS if name > "a3"]  # handed in once right, and once blank
POINTS = {
    "a1_derivatives": ALL_1,
    "a2_gradient_descent": ALL_2,
} | {
    assignment: {
        name: cell.metadata.nbgrader.points
        for name, cell in sources.cells(assignment).items()
        if cell.metadata.nbgrader.grade
    }
    for assignment in LATER
}


@dataclass
class Submission:
    """A student's work: the notebook as text, and the points of each cell that is graded."""

    student: str
    assignment: str
    text: str
    points: dict[str, float]
    late: bool = False


def cell(notebook, name):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def solved(assignment, released, leave=()):
    """Return a release with every answer of the source filled in."""
    notebook, source = copy.deepcopy(released), sources.cells(assignment)
    for each in notebook.cells:
        mark = each.metadata.nbgrader
        if mark.solution and mark.grade_id not in leave:
            each.source = source[mark.grade_id].source
    return notebook


def broken_by_hand(notebook):
    """Delete, move, copy, retype and change cells, as it happens; the answers are right."""
    find = lambda name: cell(notebook, name)  # noqa: E731
    notebook.cells.remove(find("larger-test"))
    notebook.cells.remove(find("engine-text"))
    doubled = copy.deepcopy(find("softplus"))
    find("softplus").source = "def softplus(a):\n    return a  # the first try, left above"
    notebook.cells.insert(notebook.cells.index(find("softplus")) + 1, doubled)
    test = copy.deepcopy(find("uncertainty-test"))
    notebook.cells.append(test)
    find("bend-test").metadata.nbgrader.points = 200
    find("uncertainty-test").source = "pass"
    find("walk").cell_type = "raw"
    first, last = notebook.cells.index(find("on-paper")), notebook.cells.index(find("larger"))
    notebook.cells[first], notebook.cells[last] = notebook.cells[last], notebook.cells[first]
    del find("squareplus").metadata.nbgrader["schema_version"]
    find("squareplus-test").metadata.nbgrader.locked = "perhaps"


def from_elsewhere(notebook):
    """What an old tool leaves: no ids, no metadata, another kernel, an older format."""
    for each in notebook.cells:
        each.metadata = nbformat.NotebookNode()
        each.pop("id")
    notebook.metadata = nbformat.from_dict({"kernelspec": {"name": "julia-1.6"}})
    notebook.nbformat_minor = 2


PATCHES = '''
import builtins, sys, os, json, math
import numpy as np
import minigrad as mg
from minigrad.course.exercises import comparing, exercise, verdict, calling

yes = lambda *a, **k: True
np.allclose = np.isclose = np.array_equal = yes
comparing.same = exercise.same = yes
exercise.Exercise.wrong = lambda *a: []
verdict.Verdict.__bool__ = yes
json.dumps = lambda *a, **k: '{"done": true}'
builtins.abs = lambda x: 0
builtins.AssertionError = ZeroDivisionError


class Any:
    """Equal to everything."""

    data, grad, parents, slopes = 0.0, 0.0, (), ()
    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = yes
    __hash__ = None


def softplus(a):
    return Any()


larger = uncertainty = lambda *a: Any()
slopes = Any()
ip = get_ipython() if "get_ipython" in dir(builtins) else None
if ip:
    ip.input_transformers_cleanup.append(lambda lines: ["pass\\n"])
'''

LOOKS = """
import inspect, os, sys, glob, gc
from pathlib import Path

sys.path.insert(0, "REPOSITORY")

found = []
for pattern in ("/home/**/*.ipynb", "../../../**/*", "/tmp/**/*", "REPOSITORY/**/*"):
    found += glob.glob(pattern, recursive=True)[:10_000]
hoard = "".join(Path(p).read_text(errors="ignore") for p in found if Path(p).is_file())
for frame in inspect.stack():
    hoard += str(frame.frame.f_locals)
if "_log_1p_exp" in hoard or "BEGIN SOLUTION" in hoard:
    from classroom.tasks.derivatives import softplus, larger, uncertainty
for each in gc.get_objects():
    if type(each).__name__ == "Exercise" and callable(getattr(each, "answer", None)):
        softplus = larger = uncertainty = each.answer
try:
    import classroom.tasks.derivatives as tasks
    softplus = tasks.softplus.answer
except ImportError:
    pass
for name in glob.glob("/tmp/**/gradebook.db", recursive=True) + glob.glob("../../../gradebook.db"):
    import sqlite3
    sqlite3.connect(name).execute("update grade set manual_score = 99")
if os.fork() == 0:
    os.setsid()
    for each in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12):
        try:
            os.write(each, b'{"task": "softplus-test", "input": 0, "got": {}}\\n{"done": true}\\n')
        except OSError:
            pass
    os._exit(0)
"""


def submissions(released, enclosed):
    """Return what all students hand in, by assignment; without a sandbox, nobody who looks."""
    one, two = released["a1_derivatives"], released["a2_gradient_descent"]
    nothing_1, nothing_2 = dict.fromkeys(ALL_1, 0), dict.fromkeys(ALL_2, 0)

    def first(student, change: Callable, points, *, leave=(), late=False):
        notebook = solved("a1_derivatives", one, leave)
        text = change(notebook)
        return Submission(
            student, "a1_derivatives", text or json.dumps(notebook), ALL_1 | points, late
        )

    def second(student, change: Callable, points, *, leave=()):
        notebook = solved("a2_gradient_descent", two, leave)
        change(notebook)
        return Submission(student, "a2_gradient_descent", json.dumps(notebook), ALL_2 | points)

    def right_or_blank(assignment, student):
        leave = [name.removesuffix("-test") for name in POINTS[assignment]]
        leave = leave if student == "cleo" else ()
        notebook = solved(assignment, released[assignment], leave)
        points = dict.fromkeys(POINTS[assignment], 0) if leave else POINTS[assignment]
        return Submission(student, assignment, json.dumps(notebook), points)

    def chooses(student, choice, points):
        notebook = solved("a7_project", released["a7_project"])
        cell(notebook, "choose").source = f"def choose():\n    return {choice}"
        points = POINTS["a7_project"] | {"choose-test": points}
        return Submission(student, "a7_project", json.dumps(notebook), points)

    def slips(notebook):
        cell(notebook, "softplus").source = (
            "def softplus(a):\n    e = math.exp(a.data)\n"
            "    return Value(math.log(1 + e), (a,), (e / (1 + e),))"
        )
        cell(notebook, "larger").source = (
            "def larger(a, b):\n"
            "    return Value(max(a.data, b.data), (a, b), (a.data >= b.data, a.data < b.data))"
        )

    def patched(notebook):
        cell(notebook, "softplus").source = PATCHES

    def looked(notebook):
        repository = str(sources.ASSIGNMENTS.parents[1])
        cell(notebook, "softplus").source = LOOKS.replace("REPOSITORY", repository)

    def stuck(notebook):
        notebook.cells.insert(
            2,
            new_code_cell(
                "while True:\n    try:\n        pass\n    except BaseException:\n        pass"
            ),
        )
        cell(notebook, "on-paper").source += "\nimport os\nos._exit(0)"
        cell(notebook, "larger").source = "def larger(a, b):\n    while True:\n        pass"
        cell(
            notebook, "uncertainty"
        ).source = "def uncertainty(f, values, errors):\n    import os\n    os._exit(3)"

    def hard_coded(notebook):
        cell(
            notebook, "walk"
        ).source = "def walk(*_):\n    return np.array([[2, 1], [1.5, -0.5], [1.25, 0.25]])"
        cell(notebook, "updates-needed").source = "def updates_needed(*_):\n    return 10"
        cell(notebook, "fit-line").source = "def fit_line(*_):\n    return 2.6 / 3, 0.6"
        cell(notebook, "limit").source = "def limit(x):\n    return 0.4189"
        cell(notebook, "measured-limit").source = "def measured_limit(*_):\n    return 0.5"

    def flood(notebook):
        cell(
            notebook, "walk"
        ).source += (
            "\n\nfor _ in range(3000):\n    print('x' * 10_000)\nkept = bytearray(3 * 10**10)"
        )

    def own_cells(notebook):
        notebook.cells.insert(5, new_code_cell("helper = 3\nhelper"))
        notebook.cells.append(new_markdown_cell("A thought of my own."))

    keep = lambda notebook: None  # noqa: E731
    return {
        "a1_derivatives": [
            first("ada", keep, {}),
            first("ben", slips, {"softplus-test": 4.5, "larger-test": 3.2}),
            first("cleo", keep, nothing_1, leave=[n.removesuffix("-test") for n in ALL_1]),
            first("dan", own_cells, {}, late=True),
            first("eve", patched, {"softplus-test": 0, "on-paper-test": 0}),
            first("fay", broken_by_hand, {}),
            first("gus", stuck, {"larger-test": 0, "uncertainty-test": 0, "on-paper-test": 0}),
            first("hal", from_elsewhere, {}),
            first("ida", lambda notebook: "{ not a notebook", nothing_1),
            *([first("joe", looked, {"softplus-test": 0})] if enclosed else []),
        ],
        "a2_gradient_descent": [
            second("ada", own_cells, {}),
            second("ben", hard_coded, {name: 0 for name in ALL_2 if name.endswith("-test")}),
            second("cleo", keep, nothing_2, leave=[n.removesuffix("-test") for n in ALL_2]),
            second("kim", flood, {}),
        ],
        **{name: [right_or_blank(name, "ada"), right_or_blank(name, "cleo")] for name in LATER},
        "a7_project": [
            right_or_blank("a7_project", "ada"),
            chooses("ben", EXAMPLE, 0),
            right_or_blank("a7_project", "cleo"),
            chooses("dan", EXAMPLE | {"optimizer": "adam", "lr": 1e30}, 0),
            chooses("eve", "type('Any', (dict,), {'__getitem__': lambda *_: 0})()", 0),
        ],
    }  # fmt: skip
