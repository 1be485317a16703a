"""Pictures that follow one another, each with a caption, on any page."""

from collections.abc import Sequence
from dataclasses import dataclass

from .figure import Figure, check_alt, image, show
from .graph import Diagram, width_of
from .player import player, shared_lines


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

    def __post_init__(self) -> None:
        check_alt(self.alt)
        if not self.frames:
            raise ValueError("Flipbook: frames holds pictures with their captions; it is empty.")
        for frame in self.frames:
            if not (isinstance(frame, tuple) and isinstance(frame[0], Diagram | Figure)):
                raise TypeError(f"Flipbook: frames holds pairs (picture, caption); got {frame!r}.")

    def html(self) -> str:
        """Return the flipbook as HTML that stands on its own. Equal ones give equal text."""
        pictures = [picture.svg() for picture, _ in self.frames]
        lines, runs = shared_lines(pictures)
        frames = [
            {"picture": run, "caption": caption}
            for run, (_, caption) in zip(runs, self.frames, strict=True)
        ]
        width = width_of(pictures[-1])
        picture = image(pictures[-1], self.alt, width)
        return player(picture, {"lines": lines, "frames": frames}, width)

    def _ipython_display_(self) -> None:
        show(self.html(), f"Animation: {self.alt}")
