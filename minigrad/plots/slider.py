"""A figure that follows a slider in Jupyter, and stands still where there is no kernel."""

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.pyplot as plt

from .figure import Figure


@dataclass(frozen=True)
class Slider:
    """A figure drawn again for every place of a slider.

    In a running notebook it shows the slider. On the website, and in a notebook that was only
    opened, it shows the figure for ``start``, and says that there is a slider in Jupyter.

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

    def picture(self, value: float) -> str:
        """Return the figure for one place of the slider as HTML."""
        figure = self.draw(value)
        plt.close(figure)
        return figure.html()

    def _ipython_display_(self) -> None:
        from IPython.display import display
        from ipywidgets import HTML, FloatSlider, VBox  # type: ignore[import-untyped]

        still = self.picture(self.start)
        picture = HTML(still)
        decimals = len(f"{self.step:g}".partition(".")[2])
        slider = FloatSlider(
            self.start,
            min=self.low,
            max=self.high,
            step=self.step,
            readout_format=f".{decimals}f",
            description=self.label,
            style={"description_width": "initial"},
        )
        slider.observe(lambda change: setattr(picture, "value", self.picture(change.new)), "value")
        bundle = VBox([slider, picture])._repr_mimebundle_()
        bundle["text/html"] = (
            f"<p><em>In Jupyter, run this cell to move the {self.label} with a slider.</em></p>"
            f"{still}"
        )
        bundle["text/plain"] = f"Slider: {self.label}"
        display(bundle, raw=True)
