"""The reference: what it leaves out of the docstrings, and what leads to it."""

import re
from typing import Any

import numpy as np
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

TABLES = {"book/optimizers": "minigrad.optim", "book/schedules": "minigrad.schedules"}


def shorten(app: Sphinx, what: str, name: str, obj: Any, options: object, lines: list[str]) -> None:
    """Keep a module's opening paragraphs, and one sentence of what NumPy documents itself."""
    if what == "module":
        sections = (i for i, line in enumerate(lines) if re.fullmatch(r"-{3,}", line))
        del lines[max(next(sections, len(lines) + 1) - 1, 0) :]
    if isinstance(getattr(obj, "forward", None), np.ufunc):
        summary = next(line for line in lines if line and not line.endswith(")"))
        derivative = ", and its derivative" * any(obj.derivatives)
        lines[:] = [f"{summary} NumPy's ``{obj.forward.__name__}``{derivative}."]


def shorten_signature(
    app: Sphinx, what: str, name: str, obj: Any, options: object, signature: str, returns: str
) -> tuple[str, str] | None:
    """Leave out what a ufunc takes and a tensor does not: ``where``, ``casting``, ``order``.

    A default is shown as it is written: ``dtype=float32``.
    """
    forward = getattr(obj, "forward", None)
    if isinstance(forward, np.ufunc):
        return ("(x)" if forward.nin == 1 else "(x1, x2)"), returns
    if signature:
        return re.sub(r"<class '(?:numpy\.)?(\w+)'>", r"\1", signature), returns
    return None


def skip_unasked(
    app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: object
) -> bool | None:
    """Leave out what nobody looks up.

    That is what a class only passes on from Matplotlib, the numbers of its fields, and what stands
    between the brackets when a module is printed.
    """
    module = getattr(obj, "__module__", None) or ""
    numbered = (getattr(obj, "__doc__", None) or "").startswith("Alias for field number")
    printed = name == "extra_repr" and obj.__qualname__ != "Module.extra_repr"
    return True if numbered or printed or module.startswith("matplotlib") else None


def operation(
    app: Sphinx, env: Any, node: addnodes.pending_xref, content: nodes.Node
) -> nodes.Node | None:
    """Lead from ``minigrad.relu``, as a reader writes it, to where it is described."""
    name = str(node.get("reftarget", ""))
    if node.get("refdomain") != "py" or not re.fullmatch(r"minigrad\.\w+", name):
        return None
    node["reftarget"] = f"minigrad.core.ops{name[len('minigrad') :]}"
    return env.domains["py"].resolve_xref(
        env, node["refdoc"], app.builder, node["reftype"], node["reftarget"], node, content
    )


class NamesInTables(SphinxTransform):
    """In the tables of optimizers and schedules, lead from each name to its description."""

    default_priority = 210  # before references are resolved

    def apply(self, **kwargs: object) -> None:
        module = TABLES.get(self.env.docname)
        for row in self.document.findall(nodes.row) if module else ():
            for name in list(row[0].findall(nodes.literal)):
                target = f"{module}.{name.astext()}"
                link = addnodes.pending_xref(
                    "", name.deepcopy(), refdomain="py", reftype="obj", reftarget=target,
                    refdoc=self.env.docname, refexplicit=True, refwarn=True,
                )  # fmt: skip
                name.replace_self(link)


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen to autodoc, before napoleon turns sections into something else."""
    app.add_transform(NamesInTables)
    app.connect("autodoc-process-docstring", shorten, priority=100)
    app.connect("autodoc-process-signature", shorten_signature)
    app.connect("autodoc-skip-member", skip_unasked)
    app.connect("missing-reference", operation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
