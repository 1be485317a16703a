"""A Matplotlib figure that carries its alternative text to the page.

JupyterLab and the website write ``<img>`` without ``alt``, whatever the metadata of an output say.
A `Figure` of this module writes its own ``<img alt="...">`` when ``plt.show()`` displays it. The
picture is an SVG inside that element, and the same drawing gives the same bytes.
"""

import base64
import html
import io
from typing import Any

import matplotlib.figure
import matplotlib.pyplot as plt

from ..arguments import check_kind
from .style import BACKGROUND, WIDTH, style

CARD = f"display:block;background:{BACKGROUND};border-radius:6px;max-width:100%;height:auto"


class Figure(matplotlib.figure.Figure):
    """A Matplotlib figure with alternative text.

    Parameters
    ----------
    *args, **kwargs
        As for `matplotlib.figure.Figure`.
    alt : str
        What a reader who cannot see the picture needs to know: what is drawn, and what it shows.

    Raises
    ------
    ValueError
        When ``alt`` is empty.
    """

    def __init__(self, *args: Any, alt: str, **kwargs: Any) -> None:
        check_alt(alt)
        super().__init__(*args, **kwargs)
        self.alt = " ".join(alt.split())

    def svg(self) -> str:
        """Return the picture as SVG text, without date or program name."""
        buffer = io.StringIO()
        with style():
            self.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        return buffer.getvalue()

    def html(self) -> str:
        """Return an ``<img>`` element with the picture inside and the alternative text."""
        return image(self.svg(), self.alt, width=round(96 * self.get_figwidth()))

    def _ipython_display_(self) -> None:
        show(self.html(), f"Figure: {self.alt}")
        plt.close(self)  # what is shown is not shown again at the end of the cell


def show(page: str, text: str) -> None:
    """Display HTML in a notebook, and a text where there is no place for it."""
    from IPython.display import display

    display({"text/html": page, "text/plain": text}, raw=True)


def image(svg: str, alt: str, width: int) -> str:
    """Return an ``<img>`` element that holds an SVG picture and its alternative text.

    A picture that is wider than a figure scrolls where it would become too small to read.

    Parameters
    ----------
    svg : str
        The picture.
    alt : str
        The alternative text.
    width : int
        Width in CSS pixels on a page that is wide enough.
    """
    wide = width > 96 * WIDTH  # letters of a diagram would shrink below 9 pixels on a phone
    card = f"{CARD};min-width:{round(0.68 * width)}px" if wide else CARD
    picture = f'<img alt="{html.escape(alt)}" width="{width}" style="{card}" src="{address(svg)}">'
    return f'<div style="overflow-x:auto" tabindex="0">{picture}</div>' if wide else picture


def address(svg: str) -> str:
    """Return an SVG picture as an address that holds the picture itself."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def subplots(nrows: int = 1, ncols: int = 1, *, alt: str, **kwargs: Any) -> tuple[Figure, Any]:
    """Make a figure with axes, as `matplotlib.pyplot.subplots`, that carries alternative text.

    Parameters
    ----------
    nrows, ncols : int
        How many rows and columns of axes.
    alt : str
        The alternative text.
    **kwargs
        As for `matplotlib.pyplot.subplots`.

    Returns
    -------
    figure : Figure
    axes : Axes or ndarray of Axes

    Examples
    --------
    >>> figure, axes = subplots(alt="A straight line through the origin.")
    >>> _ = axes.plot([0, 1], [0, 1])
    """
    with style():
        figure, axes = plt.subplots(nrows, ncols, FigureClass=Figure, alt=alt, **kwargs)
    assert isinstance(figure, Figure)
    return figure, axes


def check_alt(alt: str) -> None:
    """Raise unless there is alternative text."""
    check_kind("alt", alt, str, "the alternative text")
    if not alt.strip():
        raise ValueError(
            "A figure needs alternative text: say in alt=... what it draws and what it shows."
        )
