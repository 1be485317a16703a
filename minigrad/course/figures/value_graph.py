"""The graph of a hand-made scalar engine, still and walked.

Drawn is any object with ``data`` and ``grad`` (numbers), ``name`` (or ""), ``made_by`` (the sign of
an operation, or ""), ``parents`` (what it was made from) and ``slopes`` (its local derivative with
respect to each parent, or nothing yet): the values of lesson 01.
"""

from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any

from ...plots.flipbook import Flipbook
from ...plots.graph import HEAD, Diagram, arguments_first, escaped
from ...plots.style import BACKGROUND, COLORS, INK

FORWARD, BACKWARD = COLORS[0], COLORS[1]
EDGES = '  edge [fontname="Helvetica,Arial,sans-serif", fontsize=10];\n'


def value_graph(output: Any, *, gradients: bool = False) -> Diagram:
    """Draw how a value was computed, on each arrow the local derivative.

    Parameters
    ----------
    output : object
        The last value.
    gradients : bool
        Whether to write the ``grad`` of every value below it.

    Returns
    -------
    Diagram
        Make it the last expression of a cell.
    """
    values = arguments_first(output, attrgetter("parents"))
    found = {id(v): _number(v.grad) for v in values} if gradients else None
    titles = {id(v): _title(v) for v in values}
    sentences = []
    for v in values:
        made_from = " and ".join(titles[id(parent)] for parent in v.parents)
        of = f" of {made_from}" if made_from else ""
        gradient = f", gradient {found[id(v)]}" if found else ""
        sentences.append(f"{titles[id(v)]}{of} = {_number(v.data)}{gradient}")
    return Diagram(
        _dot(values, {id(v) for v in values}, found),
        f"Graph of a computation. {'. '.join(sentences)}.",
    )


def animate_walk(output: Any, *, alt: str) -> Flipbook:
    """Play the walk over a graph: values appear forwards, gradients backwards.

    The gradients are found anew from the local derivatives; ``grad`` is neither read nor changed.

    Parameters
    ----------
    output : object
        The last value.
    alt : str
        The alternative text.

    Returns
    -------
    Flipbook
        Make it the last expression of a cell. It plays on a page without a kernel.
    """
    values = arguments_first(output, attrgetter("parents"))
    frames = [(Diagram(_dot(values, (), {}), alt), "Nothing is computed yet.")]
    known: set[int] = set()
    for v in values:
        known.add(id(v))
        parts = [_number(v.data)]
        if v.parents:
            parts.insert(0, f" {v.made_by} ".join(_number(parent.data) for parent in v.parents))
        caption = f"Forward. {' = '.join([_called(v), *parts])}."
        frames.append((Diagram(_dot(values, known, {}, active=v, ahead=True), alt), caption))

    shares: dict[int, list[float]] = {id(output): [1.0]}
    written = {id(output): "1"}
    caption = "Backward. The slope of the result in itself is 1."
    frames.append((Diagram(_dot(values, known, dict(written)), alt), caption))
    for v in reversed(values):
        if not v.parents:
            continue
        gradient = sum(shares[id(v)])
        total = " = ".join(dict.fromkeys([written[id(v)], _number(gradient)]))
        written[id(v)] = _number(gradient)
        handed = []
        for parent, slope in zip(v.parents, v.slopes, strict=True):
            shares.setdefault(id(parent), []).append(gradient * slope)
            written[id(parent)] = " + ".join(map(_number, shares[id(parent)]))
            handed.append(
                f"{_number(gradient)} · {_number(slope)} = {_number(gradient * slope)}"
                f" to {_called(parent)}"
            )
        caption = f"Backward. {_called(v)} has its whole gradient, {total}. It hands on "
        caption += " and ".join(handed) + "."
        frames.append((Diagram(_dot(values, known, dict(written), active=v), alt), caption))
    written = {key: _number(sum(parts)) for key, parts in shares.items()}
    frames.append((Diagram(_dot(values, known, written), alt), "Every value has its gradient."))
    return Flipbook(frames, alt)


def _dot(
    values: list[Any],
    known: Collection[int],
    gradients: Mapping[int, str] | None,
    active: Any = None,
    ahead: bool = False,
) -> str:
    """Write the graph in Graphviz's language.

    Nothing may move when a number appears: boxes have one size, and an arrow's number that is not
    known yet is written in the colour of the paper. ``gradients`` is None where none are shown.
    """
    number = {id(v): index for index, v in enumerate(values)}
    light = FORWARD if ahead else BACKWARD
    height, fields = (0.5, 2) if gradients is None else (0.72, 3)
    lines = [f"  node [shape=Mrecord, fixedsize=true, width=1.25, height={height}];"]
    for index, v in enumerate(values):
        rows = [escaped(_title(v)), _number(v.data) if id(v) in known else " "]
        gradient = (gradients or {}).get(id(v))
        rows.append(f"gradient {gradient}" if gradient else " ")
        border = light if v is active else INK if v.parents else COLORS[0]
        look = f'color="{border}", penwidth={3.5 if v is active else 1.2}'
        lines.append(f'  n{index} [label="{"|".join(rows[:fields])}", {look}];')
    for v in values:
        slopes = v.slopes or [None] * len(v.parents)
        for parent, slope in zip(v.parents, slopes, strict=True):
            arrow = [f'color="{light}", penwidth=3.5'] if v is active else []
            arrow += ["dir=back"] if v is active and not ahead else []
            if slope is not None:
                shown = INK if id(v) in known else BACKGROUND
                label = f"  × {_number(slope)}  "
                arrow.append(f'label="{label}", fontcolor="{shown}"')
            lines.append(f"  n{number[id(parent)]} -> n{number[id(v)]} [{', '.join(arrow)}];")
    return HEAD + EDGES + "\n".join(lines) + "\n}\n"


def _called(value: Any) -> str:
    return value.name or value.made_by or "a constant"


def _title(value: Any) -> str:
    if value.name and value.made_by:
        return f"{value.name} ({value.made_by})"
    return value.name or value.made_by or "constant"


def _number(value: float) -> str:
    """Write a number with four digits, and a minus that reads as one."""
    return f"{float(value):.4g}".replace("-", "−")
