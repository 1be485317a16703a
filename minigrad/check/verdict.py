"""What a reader hears about an answer."""

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

_SHORT = textwrap.TextWrapper(width=76, break_long_words=False, break_on_hyphens=False)


@dataclass(frozen=True, repr=False)
class Verdict:
    """Whether an answer is right, and what to say about it.

    Attributes
    ----------
    right : bool
        Also the truth of the verdict itself.
    message : str
        One or two sentences to the reader.
    """

    right: bool
    message: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        """Say it in lines of at most 76 characters: JupyterLab breaks longer ones inside a word."""
        text = f"{'Right.' if self.right else 'Not yet.'} {self.message}"
        lines = (
            _SHORT.fill(line) if len(line) > _SHORT.width else line for line in text.split("\n")
        )
        return "\n".join(lines)


UNANSWERED = Verdict(False, "Replace the three dots with your answer, and run this cell again.")


def same(answer: Any, expected: Any, rtol: float = 1e-3) -> bool:
    """Whether an answer holds the expected numbers, whatever it is made of."""
    try:
        got = np.asarray(answer, dtype=float)
        want = np.asarray(expected, dtype=float)
        return got.shape == want.shape and bool(np.allclose(got, want, rtol=rtol, atol=1e-6))
    except (TypeError, ValueError):
        return False


def judge(
    answer: Any, expected: Any, praise: str, slips: Mapping[str, Any], otherwise: str
) -> Verdict:
    """Compare an answer with the right one, then with the common wrong ones.

    Parameters
    ----------
    answer : object
        The reader's numbers.
    expected : array-like
        The right numbers.
    praise : str
        What to say when they agree.
    slips : mapping from str to array-like
        What to say, and the numbers that this slip leads to.
    otherwise : str
        What to say about numbers nobody foresaw.
    """
    if answer is ...:
        return UNANSWERED
    if same(answer, expected):
        return Verdict(True, praise)
    for message, wrong in slips.items():
        if same(answer, wrong):
            return Verdict(False, message)
    return Verdict(False, otherwise)


def call(function: Callable[..., Any], *arguments: Any) -> tuple[Any, Verdict | None]:
    """Call a reader's function; an error in it is a verdict, not a traceback."""
    if function is ... or not callable(function):
        return None, Verdict(False, "Hand over the function itself, without calling it.")
    try:
        with np.errstate(all="ignore"):  # a wrong formula is judged by its numbers
            result = function(*arguments)
    except Exception as error:  # whatever the reader wrote
        return None, Verdict(False, f"Your code raised {type(error).__name__}: {error}")
    if result is None:
        return None, Verdict(False, "Your function gives nothing back. Does it end with return?")
    return result, UNANSWERED if result is ... else None
