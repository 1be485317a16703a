"""The tables, and where they go: between markers in the README and in the book."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from . import catalogue, machine, picture, results
from .facts import Fact
from .harness import Row

ROOT = Path(__file__).resolve().parent.parent
PAGES = {ROOT / "README.md": "book/_static/", ROOT / "book" / "speed.md": "_static/"}
PICTURE = ROOT / "book" / "_static" / "speed.svg"

OURS = {"minigrad": "minigrad", "minigrad replayed": "replayed"}
THEIRS = ("torch.compile", "JAX", "NumPy", "autograd")
LIMITS = ("matrix products alone", "memory alone")


def write() -> None:
    """Draw the picture and put the tables into the pages."""
    stored = results.load()
    figure = picture.draw(stored["rows"].get("1", {}))
    PICTURE.write_text(figure.svg(), encoding="utf-8")
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(inserted(text, parts(stored, figure.alt, page)), encoding="utf-8")


def parts(stored: Mapping[str, Any], alt: str, page: Path) -> dict[str, str]:
    """Return all that a page may hold, by the names of the markers."""
    one = stored["rows"].get("1", {})
    return {
        "picture": f"![{alt}]({PAGES[page]}{PICTURE.name})",
        "rows": table(one),
        "scalars": scalar_code(one),
        "machine": " ".join([machine.sentence(stored["machine"]), *absent(stored["rows"])]),
        "missed": missed(one),
        "ahead": ahead(one),
        "facts": facts_table(stored["facts"]),
        "threads": threads_table(stored["rows"]),
    }


def inserted(text: str, new: Mapping[str, str]) -> str:
    """Put each part between its markers, ``<!-- benchmark: rows -->`` and ``<!-- end -->``."""

    def replace(match: re.Match[str]) -> str:
        return f"{match[1]}\n\n{new[match[2]]}\n\n{match[3]}"

    markers = r"(<!-- benchmark: (\w+) -->).*?(<!-- end -->)"
    return re.sub(markers, replace, text, flags=re.DOTALL)


def table(measured: Mapping[str, Any]) -> str:
    """Return the table of rows on one thread."""
    heads = ["", "PyTorch", *OURS.values(), "other PyTorch", *THEIRS, "limit", "±"]
    lines = [_line(heads), _line(["---", *["--:"] * (len(heads) - 1)])]
    for row in catalogue.rows():
        if row.name not in measured:
            continue
        seconds = measured[row.name]["seconds"]
        faster = results.ratios(row, seconds)
        against = results.baseline(row, seconds)
        if against is None:
            continue
        lines.append(
            _line(
                [
                    row.work,
                    duration(float(np.median(seconds[against]))),
                    *(_ours(row, faster, name) for name in OURS),
                    _variant(row, faster, against),
                    *(_ratio(faster.get(name)) for name in THEIRS),
                    _ratio(next((faster[name] for name in LIMITS if name in faster), None)),
                    f"{spread(faster):.0%}",
                ]
            )
        )
    return "\n".join(lines)


def absent(measured: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each contender that this machine could not run."""
    reasons = {
        name: why
        for rows in measured.values()
        for row in rows.values()
        for name, why in row["absent"].items()
    }
    return [f"{name} is absent: {why}." for name, why in reasons.items()]


def scalar_code(measured: Mapping[str, Any]) -> str:
    """Return the sentence on scalar code, which one row has, and so no column."""
    for name, found in measured.items():
        seconds = found["seconds"]
        if {"scalars", *OURS} <= set(seconds):
            theirs, *ours = (float(np.median(seconds[n])) for n in ("scalars", *OURS))
            return (
                "Scalar code, one Python object a number as in micrograd, takes "
                f"{duration(theirs)} for a step of `{name}`: {_number(theirs / ours[0])} times as "
                f"long as minigrad, {_number(theirs / ours[1])} times as long as replayed."
            )
    return ""


def missed(measured: Mapping[str, Any]) -> str:
    """Return a list of the goals that were not reached, with the figures."""
    lines = []
    for row in catalogue.rows():
        faster = _ratios(row, measured)
        for name, goal in row.goals.items():
            if name in faster and np.median(faster[name]) < goal:
                lines.append(f"- {row.work}, {name}: {_ratio(faster[name])} of ≥ {goal:g}×")
    return "\n".join(lines) or "None."


def ahead(measured: Mapping[str, Any]) -> str:
    """Return a list of who is faster than minigrad's faster way, and where."""
    lines = []
    for row in catalogue.rows():
        faster = {name: float(np.median(r)) for name, r in _ratios(row, measured).items()}
        ours = max((faster[name] for name in OURS if name in faster), default=np.inf)
        others = [
            f"{name} by {_number(theirs / ours)}×"
            for name, theirs in faster.items()
            if theirs > ours and not name.startswith("minigrad") and name not in LIMITS
        ]
        if others:
            lines.append(f"- {row.work}: {', '.join(others)}")
    return "\n".join(lines) or "None."


def threads_table(measured: Mapping[str, Any]) -> str:
    """Return the table of rows on two threads, and what the second one gains."""
    one, two = measured.get("1", {}), measured.get("2", {})
    heads = ["two threads", "PyTorch", *OURS.values(), "torch.compile", "JAX", "NumPy"]
    heads += ["minigrad gains", "replayed gains", "PyTorch gains"]
    lines = [_line(heads), _line(["---", *["--:"] * (len(heads) - 1)])]
    for row in catalogue.rows():
        if row.name not in one or row.name not in two:
            continue
        single, seconds = one[row.name]["seconds"], two[row.name]["seconds"]
        faster = results.ratios(row, seconds)
        against = results.baseline(row, seconds)
        if against is None:
            continue
        gains = {
            name: np.median(single[name]) / np.median(seconds[name])
            for name in seconds
            if name in single
        }
        lines.append(
            _line(
                [
                    row.work,
                    duration(float(np.median(seconds[against]))),
                    *(_ratio(faster.get(n)) for n in (*OURS, "torch.compile", "JAX", "NumPy")),
                    *(_number(gains.get(name)) for name in (*OURS, against)),
                ]
            )
        )
    return "\n".join(lines)


def facts_table(measured: Mapping[str, Mapping[str, float]]) -> str:
    """Return the table of the facts."""
    heads = ["", "goal", *OURS.values(), "PyTorch", "JAX"]
    lines = [_line(heads), _line(["---", *["--:"] * (len(heads) - 1)])]
    for fact in catalogue.facts():
        if fact.name in measured:
            values = measured[fact.name]
            cells = (
                f"{_number(values[name])} {fact.unit}" if name in values else ""
                for name in (*OURS, "PyTorch", "JAX")
            )
            lines.append(_line([fact.what, fact.goal, *cells]))
    return "\n".join(lines)


def summary(items: Mapping[str, Row | Fact], found: Mapping[str, Any]) -> str:
    """Return a row or a fact for the terminal."""
    if "fact" in found:
        item = items[found["fact"]]
        values = ", ".join(
            f"{name} {_number(v)} {item.unit}" for name, v in found["values"].items()
        )
        return f"{item.what}: {values} (goal: {item.goal})"
    row = items[found["row"]]
    faster = results.ratios(row, found["seconds"])
    lines = [f"{row.work}  ({row.name})"]
    for name, times in found["seconds"].items():
        line = f"  {name:30} {duration(float(np.median(times))):>10}"
        if name in faster:
            low, middle, high = np.percentile(faster[name], (25, 50, 75))
            line += f" {_number(middle):>8} ×   ({_number(low)} to {_number(high)})"
        lines.append(line + (f"   goal {row.goals[name]}" if name in row.goals else ""))
    lines += [f"  {name:30} absent: {why}" for name, why in found["absent"].items()]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Return a time with its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_number(seconds / size)} {unit}"
    return f"{_number(seconds / 1e-6)} µs"


def spread(faster: Mapping[str, np.ndarray]) -> float:
    """Return half the distance between the quartiles of the ratios, relative, the largest."""
    quartiles = [np.percentile(ratio, (25, 50, 75)) for ratio in faster.values()]
    return max((high - low) / 2 / middle for low, middle, high in quartiles)


def _ratios(row: Row, measured: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return results.ratios(row, measured[row.name]["seconds"]) if row.name in measured else {}


def _ours(row: Row, faster: Mapping[str, np.ndarray], name: str) -> str:
    others = [other for other in faster if other.startswith(f"{name}, ")]
    cells = [(name, "")] + [(other, other.removeprefix(f"{name},") + " ") for other in others]
    return "<br>".join(
        f"{label}**{_ratio(faster.get(key))}**"
        + (f" (≥\N{NO-BREAK SPACE}{row.goals[key]:g})" if key in row.goals else "")
        for key, label in cells
        if key in faster
    )


def _variant(row: Row, faster: Mapping[str, np.ndarray], against: str) -> str:
    """Return the best other way to do the row on PyTorch."""
    others = [n for n in faster if n.startswith("PyTorch") and n != against]
    if not others:
        return ""
    best = max(others, key=lambda name: np.median(faster[name]))
    return f"{_ratio(faster[best])} {best.removeprefix('PyTorch').removeprefix(', ')}"


def _ratio(values: np.ndarray | None) -> str:
    return "" if values is None else f"{_number(float(np.median(values)))}×"


def _number(value: float | None) -> str:
    """Return a number of three digits, or fewer where they say nothing."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return (
        f"{value:.1f}"
        if abs(value) >= 10
        else f"{value:.2g}"
        if abs(value) < 0.1
        else f"{value:.2f}"
    )


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
