"""Animations that play on any page: a still picture, the tracks as numbers, and a short script.

There is no kernel behind them and nothing is fetched. Where no script runs (a notebook that is not
trusted yet, a print) the still picture with its alternative text remains, and no dead button.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .figure import Figure
from .style import BACKGROUND


@dataclass(frozen=True)
class Track:
    """A point, or a cloud of points, that moves over some axes, one place for every update.

    Attributes
    ----------
    name : str
        What moves.
    axes : matplotlib.axes.Axes
        Where it moves.
    color : str
        The colour of its line.
    points : ndarray, shape (updates + 1, 2) or (updates + 1, points, 2)
        Its places in data coordinates. One point draws its path behind it, a cloud does not.
    values : list of str
        What to write beside the axes at every update.
    """

    name: str
    axes: Axes
    color: str
    points: NDArray[np.float64]
    values: list[str]


@dataclass(frozen=True)
class Animation:
    """A figure over which points move when the reader presses Play.

    Attributes
    ----------
    figure : Figure
        The still picture, with its alternative text.
    tracks : list of Track
        What moves, all with the same number of points.
    """

    figure: Figure
    tracks: list[Track]

    def html(self) -> str:
        """Return the animation as HTML that stands on its own. Equal animations give equal text."""
        picture = self.figure.html()  # first, because drawing decides where the axes are
        width, height = 72 * self.figure.get_size_inches()
        film = {
            "size": [float(width), float(height)],
            "updates": len(self.tracks[0].points) - 1,
            "tracks": [self._film(track, width, height) for track in self.tracks],
        }
        return player(picture, film, width=round(width * 96 / 72))

    def _film(self, track: Track, width: float, height: float) -> dict[str, object]:
        """Translate a track from data coordinates into the picture's, whose y points down."""
        to_figure = track.axes.transData - self.figure.transFigure
        x, y = to_figure.transform(track.points.reshape(-1, 2)).T
        # Far outside the axes is far enough, and infinity is no number in JSON.
        x, y = (np.clip(np.nan_to_num(side), -20, 20) for side in (x, y))
        places = np.stack([x * width, (1 - y) * height], axis=1).reshape(track.points.shape)
        box = track.axes.get_position()
        return {
            "name": track.name,
            "color": track.color,
            "box": [
                round(float(side), 1)
                for side in (
                    box.x0 * width, (1 - box.y1) * height, box.width * width, box.height * height,
                )
            ],
            "points": np.round(places, 1).tolist(),
            "values": track.values,
        }  # fmt: skip

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/html": self.html(), "text/plain": f"Animation: {self.figure.alt}"}, raw=True)


def player(picture: str, film: Mapping[str, object], width: int) -> str:
    """Return a picture with the buttons that play a film over it, as HTML that stands on its own.

    Parameters
    ----------
    picture : str
        An ``<img>`` element: what remains where no script runs.
    film : mapping
        What ``player.js`` plays.
    width : int
        Width in CSS pixels on a page that is wide enough.
    """
    # "<" is escaped because the data stands inside a script element.
    data = json.dumps(film, separators=(",", ":")).replace("<", "\\u003c")
    script = files(__package__).joinpath("player.js").read_text(encoding="utf-8")
    frame = f"margin:0;max-width:{width}px;background:{BACKGROUND}"
    return (
        f'<figure class="minigrad-player" style="{frame};border-radius:6px">'
        f'<div style="position:relative">{picture}</div>'
        f'<script type="application/json">{data}</script></figure>\n'
        f"<script>\n{script}</script>"
    )
