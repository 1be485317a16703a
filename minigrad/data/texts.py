"""A text as numbers, one for each character."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_integers, check_kind, check_numbers, shown
from .batches import Pair

Numbers = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Text:
    """A text as numbers, one for each character: the beginning to train on, the end to judge by.

    Attributes
    ----------
    train, validation, test : numpy.ndarray
        The numbers of the characters, int64, in the order of the text; see `contexts`.
    characters : str
        Every character of the text once, sorted: ``characters[i]`` has the number ``i``.
    """

    train: Numbers
    validation: Numbers
    test: Numbers
    characters: str

    def encode(self, string: str) -> Numbers:
        """Return the number of each character.

        Parameters
        ----------
        string : str
            Of characters that the text has.

        Returns
        -------
        numpy.ndarray
            int64, of shape ``(len(string),)``.

        Raises
        ------
        ValueError
            If a character does not occur in the text, and so has no number.
        """
        check_kind("Text.encode: string", string, str, "a string")
        if unknown := sorted(set(string) - set(self.characters)):
            raise ValueError(f"Text.encode: the text has no {', '.join(map(repr, unknown))}.")
        return _numbered(string, self.characters)

    def decode(self, numbers: ArrayLike) -> str:
        """Return the characters that the numbers stand for.

        Parameters
        ----------
        numbers : array-like of int
            From 0 to ``len(characters) - 1``, of shape ``(n,)``, or one number.
        """
        array = _integers("Text.decode", np.atleast_1d(np.asarray(numbers)))
        count = len(self.characters)
        if array.size and not 0 <= array.min() <= array.max() < count:
            raise ValueError(f"Text.decode: numbers go from 0 to {count - 1}; got {shown(numbers)}")
        return "".join(self.characters[i] for i in array)

    def __repr__(self) -> str:
        sizes = ((name, len(getattr(self, name))) for name in ("train", "validation", "test"))
        parts = ", ".join(f"{size:,} {name}" for name, size in sizes)
        return f"Text({parts}, {len(self.characters)} different characters)"


def text(string: str, validation: float = 0.1, test: float = 0.1) -> Text:
    """Number the characters of a text, and split it by position.

    The first part is to train on, the next to choose by, the last to judge by. A split at random
    would put the neighbours of a judged character, and so the answer, into the training part.

    Parameters
    ----------
    string : str
        The text.
    validation, test : float
        Shares of the characters that are set aside, each from 0 on and together less than 1.

    Returns
    -------
    Text
        The parts, and the characters. All three parts share the numbers.

    Examples
    --------
    >>> banana = text("banana", validation=0, test=1 / 3)
    >>> banana.characters, banana.train, banana.decode(banana.test)
    ('abn', array([1, 0, 2, 0]), 'na')
    """
    check_kind("text: string", string, str, "a string")
    check_numbers("text", 0, 1, validation=validation, test=test)
    if not validation + test < 1:
        raise ValueError(
            f"text: validation and test together are less than 1; got {validation} and {test}."
        )
    if not string:
        raise ValueError("text: string is a text of one character or more; it is empty.")
    characters = "".join(sorted(set(string)))
    numbers = _numbered(string, characters)
    second, third = (round(share * len(string)) for share in (validation, test))
    first = len(string) - second - third
    return Text(
        numbers[:first], numbers[first : first + second], numbers[first + second :], characters
    )


def contexts(numbers: ArrayLike, length: int) -> Pair:
    """Return each stretch of ``length`` numbers, and the number that follows it.

    Parameters
    ----------
    numbers : array-like of int, shape (n,)
        Such as ``Text.train``.
    length : int
        How many numbers a context has, from 1 to ``n - 1``.

    Returns
    -------
    x : numpy.ndarray, int64, shape (n - length, length)
        Row ``i`` holds numbers ``i`` to ``i + length - 1``.
    y : numpy.ndarray, int64, shape (n - length,)
        ``y[i]`` is number ``i + length``.

    Examples
    --------
    >>> x, y = contexts([3, 1, 4, 1, 5], 3)
    >>> x.tolist(), y.tolist()
    ([[3, 1, 4], [1, 4, 1]], [1, 5])
    """
    array = _integers("contexts", np.asarray(numbers))
    check_integers(f"contexts of {len(array)} numbers", 1, len(array) - 1, length=length)
    return sliding_window_view(array, int(length))[:-1].copy(), array[length:].copy()


def _numbered(string: str, characters: str) -> Numbers:
    number = {character: i for i, character in enumerate(characters)}
    return np.array([number[character] for character in string], np.int64)


def _integers(where: str, array: NDArray[Any]) -> Numbers:
    if array.ndim != 1 or (array.dtype.kind not in "iu" and array.size):
        raise TypeError(
            f"{where}: numbers are integers, of shape (n,); got {array.dtype} of shape "
            f"{array.shape}."
        )
    return array.astype(np.int64)
