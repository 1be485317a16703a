"""Answers to exercises, judged at once and in plain words.

A lesson asks ``check.update(answer)``. What comes back says whether the answer is right and, where
it is a common slip, which one; it never gives the answer away. It is true when the answer is
right, so that a worked solution can be asserted.

An exercise is declared: a right answer, inputs drawn at random, the slips that readers make as the
wrong functions that make them, and words. A lesson has a file; the races of two stand in a third.
"""

from .exercise import Exercise, InTurn
from .verdict import Verdict

__all__ = ["Exercise", "InTurn", "Verdict"]
