"""What importing minigrad brings along, and what waits until it is used."""

import subprocess
import sys

LATER = {
    "IPython",
    "gymnasium",
    "joblib",
    "matplotlib",
    "minigrad.course",
    "minigrad.data",
    "minigrad.diagnostics",
    "minigrad.plots",
    "pandas",
    "scipy.linalg",
    "scipy.special",
    "sklearn",
    "tqdm",
}


def printed_by(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_what_a_program_may_not_use_is_not_imported():
    found = f"import sys, minigrad; print(sorted({LATER!r} & sys.modules.keys()))"
    assert printed_by(found) == "[]"


def test_what_waits_is_there_when_it_is_asked_for():
    assert printed_by("import minigrad as mg; print(mg.data.moons.__name__)") == "moons"
    assert printed_by("from minigrad import *; print(diagnostics.__name__)") == (
        "minigrad.diagnostics"
    )
