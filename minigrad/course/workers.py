"""Processes that stay for all sweeps of a lesson."""

from concurrent.futures import Executor


def workers() -> Executor:
    """Return one process for each core, which sweep after sweep can use.

    To start them takes seconds, and `minigrad.sweep` starts its own each time. These stay until
    nobody has needed them for five minutes; then the next sweep starts them again.

    Examples
    --------
    >>> table = mg.sweep(train, {"lr": [0.1, 1.0]}, range(5), course.workers())
    """
    import loky  # few lessons sweep

    pool: Executor = loky.get_reusable_executor(timeout=300)
    return pool
