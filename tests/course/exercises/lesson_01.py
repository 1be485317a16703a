"""The engine of lesson 01, whose values its exercises are asked about."""

import ast
import json
import math
from pathlib import Path

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "01_derivatives_by_machine.ipynb"


def defines(part):
    """Whether a statement is a class, a function, or an operator given to the class."""
    operator = isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Attribute)
    return isinstance(part, ast.ClassDef | ast.FunctionDef) or (
        operator and part.targets[0].value.id == "Value"
    )


def engine():
    """Run what the lesson defines in the cells that make its engine."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    sources = {cell["id"]: "".join(cell["source"]) for cell in cells}
    names = {"math": math}
    for name in ("value", "twice-right", "in-order", "engine", "more-operators", "operators-code"):
        tree = ast.parse(sources[name])
        tree.body = [part for part in tree.body if defines(part)]
        exec(compile(tree, name, "exec"), names)
    return names


LESSON = engine()
