"""Progress bars, for people only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm


def bar(progress: bool | None = None, **options: Any) -> tqdm:
    """Return a progress bar, for the terminal or the notebook.

    Parameters
    ----------
    progress : bool, optional
        Whether to show it. By default it is shown when `somebody_watches`, so that executed
        notebooks and log files are the same on every run.
    **options
        For `tqdm.tqdm`: ``total``, ``desc``, ``unit`` ...
    """
    from tqdm.auto import tqdm

    shown = somebody_watches() if progress is None else progress
    return tqdm(disable=not shown, **options)


def somebody_watches() -> bool:
    """Whether a person is at the other end: of a terminal, or of a notebook's kernel.

    What runs a notebook unattended (nbclient, nbval, papermill, the website) tells the kernel with
    each cell that nobody can be asked for input. A worker process writes over its siblings' bars.
    """
    import multiprocessing

    if multiprocessing.parent_process() is not None:
        return False
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    kernel: Any = getattr(shell, "kernel", None)
    if hasattr(kernel, "get_parent"):
        return bool(kernel.get_parent().get("content", {}).get("allow_stdin"))
    return sys.stderr.isatty()
