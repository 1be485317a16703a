"""The words of the lessons' figures, apart from the code that draws them.

A figure in a lesson is one short call, ``plots.loss_curves(heights, **words("noise"))``. Its title,
axes, alternative text, limits, scales and ticks stand in the lesson's table, ``NN.toml``, under its
name: so they give nothing away before the cell is run, and can be translated.
"""

import os
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

LANGUAGE = "MINIGRAD_LANGUAGE"


def words(lesson: str) -> Callable[..., dict[str, Any]]:
    """Open a lesson's table of words.

    Parameters
    ----------
    lesson : str
        The number of the lesson, such as ``"06"``.

    Returns
    -------
    callable
        ``words(name, **values)`` gives the keyword arguments of the figure `name`. A
        ``{value:.2f}`` in its texts is the place of a value; a brace that is meant is doubled.
        Where ``MINIGRAD_LANGUAGE`` is ``zh``, what ``NN.zh.toml`` has stands in for the English.

    Raises
    ------
    FileNotFoundError
        If the lesson has no table.
    """
    table = _read(f"{lesson}.toml")
    if language := os.environ.get(LANGUAGE):
        for name, entry in _read(f"{lesson}.{language}.toml").items():
            table[name] |= entry

    def of_figure(name: str, /, **values: Any) -> dict[str, Any]:
        if name not in table:
            raise KeyError(f"Lesson {lesson} has no figure {name!r}. It has {', '.join(table)}.")
        try:
            return _filled(table[name], values)
        except KeyError as missing:
            raise KeyError(
                f"The figure {name!r} of lesson {lesson} needs a value for {missing}."
            ) from None

    return of_figure


def _filled(entry: Any, values: dict[str, Any]) -> Any:
    """Put values into the texts of an entry, lists and tables included."""
    if isinstance(entry, str):
        return entry.format(**values)
    if isinstance(entry, list):
        return [_filled(item, values) for item in entry]
    if isinstance(entry, dict):
        return {key: _filled(item, values) for key, item in entry.items()}
    return entry


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
