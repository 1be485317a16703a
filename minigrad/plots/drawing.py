"""How everything is drawn: words apart from data, all of them checked, one look."""

import functools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from ..arguments import as_numbers, check_kind, shown
from .figure import Figure, check_alt, subplots
from .style import HEIGHT, WIDTH, style

Arguments = ParamSpec("Arguments")
Drawn = TypeVar("Drawn")


def draws(function: Callable[Arguments, Drawn]) -> Callable[Arguments, Drawn]:
    """Give errors about the arguments of a drawing its name."""

    @functools.wraps(function)
    def draw(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Drawn:
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError) as error:
            name, said = function.__name__, str(error)
            if type(error) not in (TypeError, ValueError) or said.startswith(
                (f"{name}:", f"{name}(")
            ):
                raise
            raise type(error)(f"{name}: {said}") from error

    return draw


# What a drawing takes beside its data, in the order in which it is given to the axes.
SCALES, LIMITS = ("xscale", "yscale"), ("xlim", "ylim")
TICKS, TICK_LABELS = ("xticks", "yticks"), ("xticklabels", "yticklabels")
LABELS = ("xlabel", "ylabel")
WORDS = (*SCALES, *LIMITS, *TICKS, *TICK_LABELS, *LABELS)


@contextmanager
def drawing(
    title: str,
    alt: str,
    words: Mapping[str, Any],
    rows: int = 1,
    columns: int = 1,
    *,
    height: float = HEIGHT,
    **layout: Any,
) -> Iterator[tuple[Figure, Any]]:
    """Make a figure, have it drawn in the shared style, then give it its title and words.

    Parameters
    ----------
    title : str
        What the figure shows, as a sentence; it is broken into lines.
    alt : str
        The alternative text.
    words : mapping
        Labels, limits, scales and ticks of the axes, as `set_words` takes them.
    rows, columns : int
        How many panels; several come as an array of this shape.
    height : float
        In inches.
    **layout
        As for `matplotlib.pyplot.subplots`.
    """
    check_kind("title", title, str, "a text")
    check_alt(alt)
    check_words(words)
    figure, grid = subplots(
        rows, columns, alt=alt, squeeze=False, figsize=(WIDTH, height), **layout
    )
    with style():
        try:
            figure.suptitle(in_lines(title), x=0.02, ha="left")
            yield figure, grid[0, 0] if grid.size == 1 else grid
            for (row, column), axes in np.ndenumerate(grid):
                outside = {"xlabel": row < rows - 1, "ylabel": column > 0}
                set_words(axes, {k: v for k, v in words.items() if not outside.get(k)})
        except BaseException:
            plt.close(figure)
            raise


def set_words(axes: Axes, words: Mapping[str, Any]) -> None:
    """Set labels, limits, scales and ticks of axes, in an order in which none undoes another."""
    check_words(words)
    axes.set(**{key: words[key] for key in WORDS if key in words})
    for side, axis in (("xticks", axes.xaxis), ("yticks", axes.yaxis)):
        if side in words:
            axis.set_minor_locator(NullLocator())


def check_words(words: Mapping[str, Any]) -> None:
    """Raise unless these are words for axes."""
    for key, value in words.items():
        if key not in WORDS:
            known = ", ".join(("title", "alt", *WORDS))
            raise TypeError(f"there is no argument {key!r}; beside the data are {known}.")
        if key in LABELS:
            check_kind(key, value, str, "a text")
        elif key in SCALES and not (
            isinstance(value, str) and value in ("linear", "log", "symlog")
        ):
            raise ValueError(f"{key} is 'linear', 'log' or 'symlog'; got {shown(value)}.")
        elif key in LIMITS:
            check_limits(key, value)
        elif key in TICKS and not np.isfinite(as_numbers(key, value, "where ticks stand", 1)).all():
            raise ValueError(f"{key} holds finite numbers; got {shown(value)}.")
        elif key in TICK_LABELS:
            as_names(key, value, "one for each tick")


def check_limits(name: str, value: Any) -> tuple[float, float]:
    """Return a pair of different finite numbers, or raise."""
    ends = as_numbers(name, value, "the two ends of what is drawn", 1)
    if ends.shape != (2,) or not np.isfinite(ends).all() or ends[0] == ends[1]:
        raise ValueError(f"{name} is a pair of different finite numbers; got {shown(value)}.")
    return float(ends[0]), float(ends[1])


def as_series(name: str, values: Any, wanted: str, *ndims: int) -> dict[str, NDArray[np.float64]]:
    """Return named arrays of numbers, checked."""
    return {
        key: as_numbers(f"{name}[{key!r}]", value, wanted, *ndims)
        for key, value in as_named(name, values, wanted).items()
    }


def as_named(name: str, values: Any, wanted: str) -> Mapping[str, Any]:
    """Return a mapping with names as keys, or raise."""
    if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
        raise TypeError(f"{name} is a mapping from names to {wanted}; got {shown(values)}.")
    if not values:
        raise ValueError(f"{name} is a mapping from names to {wanted}; it is empty.")
    return values


def as_names(name: str, values: Any, wanted: str) -> list[str]:
    """Return a list of texts, or raise."""
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name} is a list of texts, {wanted}; got {shown(values)}.")
    return list(values)


def check_lengths(**lengths: int) -> None:
    """Raise unless what belongs together is equally long."""
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"what belongs together is equally long; got the lengths {found}.")


def in_lines(text: str, width: int = 60) -> str:
    """Break a text into lines; a formula stays in one."""
    whole = re.sub(r"\$[^$]*\$", lambda found: found[0].replace(" ", "\0"), text)
    lines = [textwrap.fill(line, width, break_on_hyphens=False) for line in whole.split("\n")]
    return "\n".join(lines).replace("\0", " ")
