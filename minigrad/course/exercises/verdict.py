"""What a reader hears about an answer."""

import textwrap
from dataclasses import dataclass

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


class Complaint(Exception):
    """What is wrong with an answer before its numbers are compared, in words to the reader.

    Attributes
    ----------
    raised : str
        The type of the exception that the reader's code raised; empty for other complaints.
    """

    def __init__(self, words: str, raised: str = "") -> None:
        super().__init__(words)
        self.raised = raised


CHANGED = "Your function changed the {} it was given. Leave that as it is, and make a new one."
UNANSWERED = "Replace the three dots with your answer, and run this cell again."
