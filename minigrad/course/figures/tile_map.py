"""A world of tiles: what each is worth, and where to go from it."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from ...arguments import check_kind
from ...plots.drawing import as_named, as_names, as_series, drawing, draws
from ...plots.figure import Figure
from ...plots.flipbook import Flipbook
from ...plots.style import BACKGROUND, CONTOUR, INK

ARROWS = {"L": "←", "D": "↓", "R": "→", "U": "↑"}
LETTERS = "SFGHC"  # start, free, goal, hole, cliff
DEADLY = "HC"
WORTH = LinearSegmentedColormap.from_list("worth", ["#ffffff", "#8fbdf0"])

Tables = Mapping[str, ArrayLike]


@draws
def tile_map(world: Sequence[str], tables: Tables, *, moves: str, title: str, alt: str) -> Figure:
    """Draw what a table of action values says: the highest value of each tile, and its move.

    Parameters
    ----------
    world : sequence of str
        The map, a text for each row and a letter for each tile: ``S`` start, ``F`` free, ``G``
        goal, ``H`` hole, ``C`` cliff.
    tables : mapping from str to array-like
        A panel each: its name, and the value of each move on each tile, shape ``(tiles, 4)``,
        where tile number ``row * columns + column`` stands for itself. Moves that are equally good
        have an arrow each; where all are, there is none.
    moves : str
        The order of the four moves, ``L`` left, ``D`` down, ``R`` right, ``U`` up: ``"LDRU"`` in
        Gymnasium's FrozenLake, ``"URDL"`` in its CliffWalking.
    title, alt
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> words = {"title": "Go right", "alt": "Two tiles; from the first an arrow to the second."}
    >>> _ = tile_map(["SG"], {"": [[0, 0, 1, 0], [0, 0, 0, 0]]}, moves="LDRU", **words)
    """
    letters = _letters(world)
    values = _values("tables", tables, letters)
    return _drawn(letters, values, _scale([values], letters), moves, title, alt)


@draws
def animate_tile_map(
    world: Sequence[str], frames: Mapping[str, Tables], *, moves: str, title: str, alt: str
) -> Flipbook:
    """Play how tables of action values change: `tile_map`, picture by picture, on one scale.

    Parameters
    ----------
    world, moves, title, alt
        As for `tile_map`.
    frames : mapping from str to (mapping from str to array-like)
        A picture each: its caption, and the tables that it shows.

    Returns
    -------
    Flipbook
        Make it the last expression of a cell. It plays on a page without a kernel.
    """
    letters = _letters(world)
    shown = {
        caption: _values(f"frames[{caption!r}]", tables, letters)
        for caption, tables in as_named("frames", frames, "tables of values").items()
    }
    scale = _scale(shown.values(), letters)
    pictures = []
    for caption, values in shown.items():
        figure = _drawn(letters, values, scale, moves, title, alt)
        plt.close(figure)
        pictures.append((figure, caption))
    return Flipbook(pictures, alt)


def _letters(world: Any) -> NDArray[np.str_]:
    rows = as_names("world", world, "one for each row of tiles")
    if not rows or len({len(row) for row in rows}) > 1 or set("".join(rows)) - set(LETTERS):
        raise ValueError(f"world: rows of one length, of the letters {LETTERS}; got {rows}.")
    return np.array([list(row) for row in rows])


def _values(
    argument: str, tables: Any, letters: NDArray[np.str_]
) -> dict[str, NDArray[np.float64]]:
    values = as_series(argument, tables, "the values of each move, shape (tiles, 4)", 2)
    for name, table in values.items():
        if table.shape != (letters.size, len(ARROWS)):
            raise ValueError(
                f"{argument}[{name!r}]: {letters.size} tiles with 4 moves each; got {table.shape}."
            )
    return values


def _scale(pictures: Any, letters: NDArray[np.str_]) -> Normalize:
    free = np.isin(letters.ravel(), list("SF"))
    best = [table[free].max(axis=1) for values in pictures for table in values.values()]
    low, high = float(np.min(best)), float(np.max(best))
    return Normalize(low, high if high > low else low + 1)


def _drawn(
    letters: NDArray[np.str_],
    values: Mapping[str, NDArray[np.float64]],
    scale: Normalize,
    moves: str,
    title: str,
    alt: str,
) -> Figure:
    check_kind("moves", moves, str, "the order of the moves")
    if sorted(moves) != sorted(ARROWS):
        raise ValueError(f"moves: the letters L, D, R and U, each once; got {moves!r}.")
    rows, columns = letters.shape
    wide = columns > 2 * rows
    down, across = (len(values), 1) if wide else (1, len(values))
    inch = min(0.62, 5.7 / (across * (columns + 0.6)))
    height = down * (inch * rows + 0.45) + 0.45
    with drawing(title, alt, {}, down, across, height=height) as (figure, grid):
        for axes, (name, table) in zip(np.ravel(grid), values.items(), strict=True):
            axes.set_title(name)
            _draw(axes, letters, table, scale, moves, small=inch < 0.5)
    return figure


def _draw(
    axes: Axes,
    letters: NDArray[np.str_],
    table: NDArray[np.float64],
    scale: Normalize,
    moves: str,
    small: bool,
) -> None:
    rows, columns = letters.shape
    axes.set_axis_off()
    axes.set(xlim=(-0.05, columns + 0.05), ylim=(rows + 0.05, -0.05), aspect="equal")
    axes.set_anchor("W")
    digits = 0 if max(abs(scale.vmin or 0), abs(scale.vmax or 0)) >= 5 else 2
    for (i, j), letter in np.ndenumerate(letters):
        worth = table[i * columns + j]
        best = np.flatnonzero(np.isclose(worth, worth.max(), rtol=1e-9, atol=1e-12))
        end = letter in DEADLY or letter == "G"
        fill = INK if letter in DEADLY else BACKGROUND if end else WORTH(scale(worth.max()))
        axes.add_patch(Rectangle((j, i), 1, 1, facecolor=fill, edgecolor=CONTOUR, linewidth=1))
        middle: Any = {"ha": "center", "va": "center"}
        if end:
            color = BACKGROUND if letter in DEADLY else INK
            axes.text(j + 0.5, i + 0.5, letter, color=color, fontweight="bold", **middle)
            continue
        if len(best) < len(moves):
            arrows = "".join(ARROWS[moves[move]] for move in best)
            axes.text(j + 0.5, i + 0.33, arrows, fontsize=11 if small else 14, **middle)
        value = round(float(worth.max()), digits) + 0.0  # no minus before a zero
        axes.text(j + 0.5, i + 0.74, f"{value:.{digits}f}", fontsize=8 if small else 10, **middle)
