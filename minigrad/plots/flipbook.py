"""Pictures that follow one another, each with a caption, on any page."""

from collections.abc import Sequence
from dataclasses import dataclass

from .animation import player
from .figure import Figure, address, image
from .graph import Diagram, width_of


@dataclass(frozen=True)
class Flipbook:
    """Pictures that the reader leafs through, or plays.

    Like `Animation`, it needs no kernel; where no script runs, the last picture remains.

    Attributes
    ----------
    frames : sequence of (Diagram or Figure, str)
        The pictures, all of one size, each with its caption.
    alt : str
        The alternative text of the whole: what happens from the first picture to the last.
    """

    frames: Sequence[tuple[Diagram | Figure, str]]
    alt: str

    def html(self) -> str:
        """Return the flipbook as HTML that stands on its own. Equal ones give equal text."""
        pictures = [picture.svg() for picture, _ in self.frames]
        width = width_of(pictures[-1])
        film = {
            "frames": [
                {"picture": address(picture), "caption": caption}
                for picture, (_, caption) in zip(pictures, self.frames, strict=True)
            ]
        }
        return player(image(pictures[-1], self.alt, width), film, width)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/html": self.html(), "text/plain": f"Animation: {self.alt}"}, raw=True)
