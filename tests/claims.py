"""Every claim of every lesson, with other seeds and on another processor's arithmetic.

`make claims` runs this file, which no other run of the tests collects. A lesson runs from its first
cell to its last, and each assertion must hold; what it puts out is not compared. What held is
recorded beside the tests.
"""

import os
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from held_claims import record
from nbclient import NotebookClient
from threadpoolctl import threadpool_info

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PATIENCE = 300  # seconds for a cell: one that waits for ever is a fault
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def plainer_arithmetic() -> dict[str, str]:
    """Give the settings under which the libraries do without what is special in this processor.

    OpenBLAS takes the kernels of an older one, NumPy leaves out what it would choose while it runs,
    and Numba compiles for any processor of the kind.
    """
    kernels = {library.get("architecture") for library in threadpool_info()}
    settings = {"NUMBA_CPU_NAME": "generic"}
    if found := np.show_config(mode="dicts")["SIMD Extensions"].get("found"):
        settings["NPY_DISABLE_CPU_FEATURES"] = " ".join(found)
    if kernels & {"SkylakeX", "Cooperlake", "SapphireRapids"}:  # AVX-512
        settings["OPENBLAS_CORETYPE"] = "Haswell"  # AVX2
    elif kernels & {"Haswell", "Zen"}:  # AVX2
        settings["OPENBLAS_CORETYPE"] = "Nehalem"  # SSE4.2
    elif any(str(kernel).lower().startswith(("neoverse", "cortex")) for kernel in kernels):
        settings["OPENBLAS_CORETYPE"] = "ARMV8"
    return settings


ARITHMETIC = plainer_arithmetic()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("shift", metafunc.config.getoption("shifts").split())
    metafunc.parametrize("name", sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))


def test_the_claims_hold(name: str, shift: str) -> None:
    file = NOTEBOOKS / f"{name}.ipynb"
    notebook = nbformat.read(file, as_version=4)
    client = NotebookClient(
        notebook,
        allow_errors=True,  # one report names every claim that fell
        timeout=PATIENCE,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    # What is already set stays: OPENBLAS_CORETYPE=Zen make claims
    client.execute(
        env=ARITHMETIC | os.environ | {"MINIGRAD_SEED_SHIFT": shift, "OMP_NUM_THREADS": "1"}
    )
    fallen = _failed(notebook)
    record(file, shift, held=not fallen)
    if fallen:
        pytest.fail("\n".join(map(_report, fallen)), pytrace=False)


def _failed(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Give the cells that raised, but for those that are meant to."""
    return [
        cell
        for cell in notebook.cells
        if any(output.output_type == "error" for output in cell.get("outputs", []))
        and "raises-exception" not in cell.metadata.get("tags", [])
    ]


def _report(cell: nbformat.NotebookNode) -> str:
    (error,) = (output for output in cell.outputs if output.output_type == "error")
    return f"\ncell {cell.id}\n" + COLOURS.sub("", "\n".join(error.traceback))
