"""What a classifier says at every place of the plane, with the examples on top."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike, NDArray

from ...arguments import as_numbers, check_function
from ...plots.drawing import as_named, as_names, check_lengths, check_limits, drawing, draws
from ...plots.figure import Figure
from ...plots.flipbook import Flipbook
from ...plots.style import BACKGROUND, COLORS, INK, MARKERS

Probability = Callable[[NDArray[np.float32]], ArrayLike]

# Few bands and few places: an animation holds the picture many times over.
BANDS = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)
FIRST_TO_SECOND = LinearSegmentedColormap.from_list("classes", [COLORS[0], BACKGROUND, COLORS[1]])


@draws
def regions(
    models: Mapping[str, Probability],
    x: ArrayLike,
    y: ArrayLike,
    *,
    title: str,
    alt: str,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    classes: Sequence[str] = ("class 0", "class 1"),
    **words: Any,
) -> Figure:
    """Draw the boundaries of two-class models in the plane, one panel for each model.

    The colour says how probable the second class is, and the line is where both classes are
    equally probable.

    Parameters
    ----------
    models : mapping from str to callable
        Name of a model, and a function from places, float32 of shape ``(n, 2)``, to the
        probabilities of the second class, shape ``(n,)``.
    x : array-like, shape (examples, 2)
        The examples.
    y : array-like, shape (examples,)
        Their classes, 0 or 1.
    title, alt
        As for `minigrad.plots.loss_curves`.
    xlim, ylim : (float, float)
        The part of the plane that is drawn.
    classes : sequence of str, optional
        Names of the two classes.
    **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> x, y = [[-1, 0], [1, 0]], [0, 1]
    >>> limits = {"xlim": (-2, 2), "ylim": (-1, 1)}
    >>> right = {"right half": lambda places: places[:, 0] > 0}
    >>> _ = regions(right, x, y, title="Two halves", alt="Two halves.", **limits)
    """
    points = as_numbers("x", x, "shape (examples, 2)", 2)
    kinds = as_numbers("y", y, "the class of each example, 0 or 1", 1)
    check_lengths(x=len(points), y=len(kinds))
    as_names("classes", classes, "one for each class")
    for name, probability in as_named("models", models, "functions").items():
        check_function(f"models[{name!r}]", probability, "it returns the probability at each place")
    for side, limits in (("xlim", xlim), ("ylim", ylim)):
        check_limits(side, limits)
    words = {"xlabel": "$x_1$", "ylabel": "$x_2$", "xlim": xlim, "ylim": ylim} | words
    across, up = np.meshgrid(np.linspace(*xlim, 51), np.linspace(*ylim, 51))
    places = np.stack([across.ravel(), up.ravel()], axis=1).astype(np.float32)
    with drawing(title, alt, words, 1, len(models), height=3.6, sharex=True, sharey=True) as (
        figure,
        grid,
    ):
        panels = np.ravel(grid)
        for axes, (name, probability) in zip(panels, models.items(), strict=True):
            second = np.asarray(probability(places), dtype=float).reshape(across.shape)
            axes.grid(False)
            axes.contourf(across, up, second, levels=BANDS, cmap=FIRST_TO_SECOND, alpha=0.4)
            if second.min() < 0.5 < second.max():
                axes.contour(across, up, second, levels=[0.5], colors=[INK], linewidths=2)
            for kind, label in enumerate(classes):
                axes.plot(
                    *points[kinds == kind].T, MARKERS[kind], color=COLORS[kind],
                    markersize=3.5, markeredgewidth=0, label=label,
                )  # fmt: skip
            axes.set_title(name)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, markerscale=2)
    return figure


@draws
def animate_regions(
    moments: Iterable[tuple[Mapping[str, Probability], str]],
    x: ArrayLike,
    y: ArrayLike,
    *,
    title: str,
    alt: str,
    **options: Any,
) -> Flipbook:
    """Play how the boundaries of two-class models move while they are trained.

    Parameters
    ----------
    moments : iterable of (mapping from str to callable, str)
        The models at one moment, as for `regions`, and a caption. Each moment is drawn before the
        next one is asked for, so a generator may go on training the same models in between.
    x, y, title, **options
        As for `regions`.
    alt : str
        The alternative text of the whole.

    Returns
    -------
    Flipbook
        Make it the last expression of a cell. It plays on a page without a kernel.
    """
    frames = []
    for models, caption in moments:
        figure = regions(models, x, y, title=title, alt=caption, **options)
        plt.close(figure)
        frames.append((figure, caption))
    return Flipbook(frames, alt)
