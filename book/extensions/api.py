"""What the reference leaves out of the docstrings because it is not for its readers."""

import re
from typing import Any

import numpy as np
from sphinx.application import Sphinx


def shorten(app: Sphinx, what: str, name: str, obj: Any, options: object, lines: list[str]) -> None:
    """Keep a module's opening paragraphs, and one sentence of what NumPy documents itself."""
    if what == "module":
        sections = (i for i, line in enumerate(lines) if re.fullmatch(r"-{3,}", line))
        del lines[max(next(sections, len(lines) + 1) - 1, 0) :]
    if isinstance(getattr(obj, "forward", None), np.ufunc):
        summary = next(line for line in lines if line and not line.endswith(")"))
        lines[:] = [summary, "", f"NumPy's ``{obj.forward.__name__}``, and its derivative."]


def signature_of_ufunc(
    app: Sphinx, what: str, name: str, obj: Any, options: object, signature: str, returns: str
) -> tuple[str, str] | None:
    """Leave out what a ufunc takes and a tensor does not: ``where``, ``casting``, ``order``."""
    forward = getattr(obj, "forward", None)
    if isinstance(forward, np.ufunc):
        return ("(x)" if forward.nin == 1 else "(x1, x2)"), returns
    return None


def skip_inherited(
    app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: object
) -> bool | None:
    """Leave out what a class only passes on from Matplotlib, and the numbers of its fields."""
    module = getattr(obj, "__module__", None) or ""
    numbered = (getattr(obj, "__doc__", None) or "").startswith("Alias for field number")
    return True if numbered or module.startswith("matplotlib") else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen to autodoc, before napoleon turns sections into something else."""
    app.connect("autodoc-process-docstring", shorten, priority=100)
    app.connect("autodoc-process-signature", signature_of_ufunc)
    app.connect("autodoc-skip-member", skip_inherited)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
