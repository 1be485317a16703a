"""What an answer is worth: its share of the inputs, and words about the first that is wrong."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from .task import Inputs, Task


def hidden_inputs(task: Task, name: str) -> Inputs:
    """Return the inputs of a task, drawn for a name: a whole course has the same."""
    return task.exercise.inputs(crc32(name.encode()))


def judged(task: Task, inputs: Inputs, got: Sequence[Any], points: float) -> tuple[float, str]:
    """Return the points for what an answer gave, and words: the slip, and a case.

    Parameters
    ----------
    task : Task
        What was asked.
    inputs : sequence of tuples
        With what it was called.
    got : sequence
        What came of it, in plain form.
    points : float
        For an answer that is right on every input.
    """
    exercise, given, inputs = task.exercise, list(task.given.values()), list(inputs)
    wrong = exercise.wrong(list(got), given, inputs)
    verdict = exercise.judged(list(got), given, inputs)
    right = len(inputs) - len(wrong)
    score = float(points) if not wrong else int(10 * points * right / len(inputs)) / 10
    lines = [f"{score:g} of {points:g} points."]
    if len(inputs) > 1:
        lines[0] = f"Right on {right} of {len(inputs)} inputs: {lines[0]}"
    lines.append(repr(verdict))
    if wrong and verdict.message in exercise.slips and inputs[wrong[0]]:
        case = exercise.on_one_input(list(got), given, inputs, wrong)
        lines.append("For example:\n\n" + case.split("\n\n", 1)[-1])
    return score, "\n".join(lines)
