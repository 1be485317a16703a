"""Animations that play on any page: a still picture, the tracks as numbers, and a short script.

There is no kernel behind them and nothing is fetched. Where no script runs (a notebook that is not
trusted yet, a print) the still picture with its alternative text remains, and no dead button; where
one does, nothing of what moves is seen before Play.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .figure import Figure, show
from .player import player, shared_lines


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
        The still picture of the whole, with its alternative text: what is seen without scripts.
    tracks : sequence of Track
        What moves, all with the same number of points.
    played : sequence of matplotlib.artist.Artist
        What of the figure tells the end, and is not drawn where the animation plays.
    """

    figure: Figure
    tracks: Sequence[Track]
    played: Sequence[Artist]

    def html(self) -> str:
        """Return the animation as HTML that stands on its own. Equal animations give equal text."""
        picture = self.figure.html()  # first, because drawing decides where the axes are
        for artist in self.played:
            artist.set_visible(False)
        ground = self.figure.svg()
        for artist in self.played:
            artist.set_visible(True)
        width, height = 72 * self.figure.get_size_inches()
        lines, (runs,) = shared_lines([ground])
        film = {
            "lines": lines,
            "ground": runs,
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
        sides = box.x0 * width, (1 - box.y1) * height, box.width * width, box.height * height
        return {
            "name": track.name,
            "color": track.color,
            "box": [round(float(side), 1) for side in sides],
            "points": np.round(places, 1).tolist(),
            "values": track.values,
        }

    def _ipython_display_(self) -> None:
        show(self.html(), f"Animation: {self.figure.alt}")
