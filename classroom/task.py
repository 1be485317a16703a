"""A task that is graded by itself: a declared exercise, and where a notebook holds its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from minigrad.course.exercises import Exercise

Inputs = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Task:
    """A task of an assignment.

    Attributes
    ----------
    exercise : Exercise
        What is asked, on inputs that the notebook does not show.
    name : str
        The function or the variable that the student defines.
    given : mapping from str to object
        What the notebook hands over beside the answer, by the name that it has there, and ours.
    shown : tuple of tuples
        The inputs that the notebook shows: they are not counted, because their answers are known.
    """

    exercise: Exercise
    name: str
    given: Mapping[str, Any] = field(default_factory=dict)
    shown: tuple[tuple[Any, ...], ...] = ()
