"""Run the notebooks again and store their outputs.

    python book/execute.py              every lesson in notebooks/
    python book/execute.py --check      write nothing, fail where a notebook would change
    python book/execute.py PATH ...     these notebooks only

What is stored depends on the notebook alone: no times, no version of Python, no state of a
widget. A notebook that has not changed keeps its bytes.
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = Path(os.path.relpath(Path(__file__).parent.parent / "notebooks"))
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
AT_ONCE = 2


async def executed(path: Path) -> bytes:
    """Run a notebook in a fresh kernel and give its new content.

    Parameters
    ----------
    path : Path
        The notebook. It is read, never written.

    Returns
    -------
    bytes
        The notebook with its new outputs, as it would be stored.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises, unless it carries the tag ``raises-exception``.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.kernelspec = dict(KERNELSPEC)
    client = NotebookClient(
        notebook,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    await client.async_execute()
    _forget_the_machine(notebook)
    nbformat.validate(notebook)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def _forget_the_machine(notebook: nbformat.NotebookNode) -> None:
    """Drop what another run would not repeat: versions, and the random names of widgets."""
    notebook.metadata.get("language_info", {}).pop("version", None)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)


async def refresh(paths: list[Path], *, check: bool) -> list[str]:
    """Run notebooks, ``AT_ONCE`` at a time.

    Parameters
    ----------
    paths : list of Path
        The notebooks.
    check : bool
        Compare with what is stored instead of storing.

    Returns
    -------
    list of str
        One complaint for each notebook that failed, or that differs under `check`.
    """
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> str | None:
        async with slots:
            try:
                new = await executed(path)
            except CellExecutionError as error:
                return f"{path}: a cell failed, nothing was stored\n{error}"
        if new == path.read_bytes():
            print(f"{path}: unchanged")
        elif check:
            return (
                f"{path}: its outputs would change; run `make notebooks` and look at the difference"
            )
        else:
            path.write_bytes(new)
            print(f"{path}: stored")
        return None

    return [complaint for complaint in await asyncio.gather(*map(one, paths)) if complaint]


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; the exit status is 1 when there is a complaint."""
    parser = argparse.ArgumentParser(description="Run notebooks again and store their outputs.")
    parser.add_argument("paths", nargs="*", type=Path, help="default: all in notebooks/")
    parser.add_argument("--check", action="store_true", help="store nothing, fail on a difference")
    options = parser.parse_args(arguments)
    paths = options.paths or sorted(NOTEBOOKS.glob("*.ipynb"))
    complaints = asyncio.run(refresh(paths, check=options.check))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
