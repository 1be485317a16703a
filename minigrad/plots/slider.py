"""A figure that follows a slider, on any page."""

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

from ..arguments import check_function, check_kind, check_numbers, shown
from .figure import Figure, show
from .player import player, shared_lines

MOST = 41  # places: each is drawn beforehand, and its picture travels with the page


@dataclass(frozen=True)
class Slider:
    """A figure drawn beforehand for every place of a slider.

    It needs no kernel: it moves in a notebook, on the website and in a saved page. Where no script
    runs, the figure for ``start`` remains.

    Attributes
    ----------
    draw : callable
        Takes a number and returns a `Figure`.
    label : str
        What the slider moves.
    start, low, high, step : float
        Where it stands at first, its ends, and the distance between its places.
    """

    draw: Callable[[float], Figure]
    label: str
    start: float
    low: float
    high: float
    step: float

    def __post_init__(self) -> None:
        check_function("Slider: draw", self.draw, "draw(number) returns a Figure")
        check_kind("Slider: label", self.label, str, "what the slider moves")
        check_numbers("Slider", low=self.low, high=self.high, start=self.start)
        check_numbers("Slider", positive=True, step=self.step)
        if not self.low <= self.start <= self.high:
            raise ValueError(f"Slider: start is from low to high; got {self.start}.")
        if (count := len(self.places())) > MOST:
            raise ValueError(
                f"Slider: step={self.step} makes {count} places, and at most {MOST} are drawn "
                "beforehand. Take a longer step."
            )

    def places(self) -> list[float]:
        """Return every number that the slider can stand at."""
        count = int((self.high - self.low) / self.step + 1 + 1e-9)
        return [round(self.low + self.step * i, 12) for i in range(count)]

    def html(self) -> str:
        """Return the figure and its slider as HTML that stands on its own."""
        places = self.places()
        start = int(np.argmin([abs(place - self.start) for place in places]))
        decimals = max(len(f"{n:.12g}".partition(".")[2]) for n in (self.low, self.step))
        figures = [self._figure(place) for place in places]
        lines, runs = shared_lines([figure.svg() for figure in figures])
        frames = [
            {"picture": run, "alt": figure.alt, "at": f"{place:.{decimals}f}"}
            for run, figure, place in zip(runs, figures, places, strict=True)
        ]
        film = {"lines": lines, "frames": frames, "label": self.label, "start": start}
        return player(figures[start].html(), film, round(96 * figures[start].get_figwidth()))

    def _figure(self, place: float) -> Figure:
        figure = self.draw(place)
        if not isinstance(figure, Figure):
            raise TypeError(f"Slider: draw({place}) returns a Figure; got {shown(figure)}.")
        plt.close(figure)
        return figure

    def _ipython_display_(self) -> None:
        show(self.html(), f"Slider: {self.label}")
