"""A chart of questions and what follows from their answers."""

from collections.abc import Mapping, Sequence

from ...plots.graph import Diagram
from ...plots.style import BACKGROUND, INK, MUTED


def flowchart(
    boxes: Mapping[str, str], arrows: Sequence[tuple[str, str, str]], *, alt: str
) -> Diagram:
    """Draw boxes of text, and arrows between them.

    Parameters
    ----------
    boxes : mapping from str to str
        Name of a box and its text. A text that ends with a question mark gets rounded corners and
        a shade.
    arrows : sequence of (str, str, str)
        From which box to which, and what stands beside the arrow, or "". Lines are broken as the
        text says, in boxes and beside arrows.
    alt : str
        The alternative text: the chart in words.

    Returns
    -------
    Diagram
        The last line of a cell shows it.
    """
    lines = [
        f'bgcolor="{BACKGROUND}"; nodesep=0.25; ranksep=0.35; pad=0.15',
        f'node [shape=box, fontname="Helvetica", fontsize=11, fontcolor="{INK}", '
        f'color="{MUTED}", style="filled", fillcolor="white", margin="0.22,0.07"]',
        f'edge [fontname="Helvetica", fontsize=10, fontcolor="{INK}", color="{MUTED}"]',
    ]
    for name, text in boxes.items():
        look = ', style="filled,rounded", fillcolor="#e6eef8"' if text.endswith("?") else ""
        lines.append(f"{name} [label={_quoted(text)}{look}]")
    for start, end, word in arrows:
        spaced = "\n".join(f"  {line}  " for line in word.splitlines())  # clear of the arrows
        lines.append(f"{start} -> {end} [label={_quoted(spaced)}]")
    return Diagram(dot="digraph {\n  " + ";\n  ".join(lines) + ";\n}\n", alt=alt)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
