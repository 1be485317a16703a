"""The names of characters as bags of words: real, sparse data that ship with Python.

Beside today's Unicode table, Python keeps that of version 3.2. It has not changed since 2002, so
everybody has the same names.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import ucd_3_2_0

import numpy as np
from numpy.typing import NDArray

NUMBERED = "CJK ", "HANGUL SYLLABLE", "YI SYLLABLE"  # tens of thousands, named by a rule


@dataclass(frozen=True)
class Bags:
    """Names as bags of words, each with the kind of its character.

    Attributes
    ----------
    names : list of str
        ``"LATIN SMALL LETTER A"``, 11,606 of them.
    words : list of str
        The words that are counted, the most frequent first.
    x : array, shape (names, words)
        1 where the name has the word, 0 elsewhere.
    kinds : list of str
        Unicode's categories, the most frequent first: ``"Ll"`` is a small letter.
    y : array of int, shape (names,)
        Which of ``kinds`` each character is.
    """

    names: list[str]
    words: list[str]
    x: NDArray[np.float32]
    kinds: list[str]
    y: NDArray[np.int64]


def bags_of_words(at_least: int) -> Bags:
    """Return the names of characters, and the words that stand in ``at_least`` of them."""
    found = {c: ucd_3_2_0.name(c, "") for c in map(chr, range(sys.maxunicode + 1))}
    found = {c: name for c, name in found.items() if name and not name.startswith(NUMBERED)}
    sets = [set(name.split()) for name in found.values()]
    counts = _by_frequency(word for each in sets for word in each)
    words = [word for word, times in counts.items() if times >= at_least]
    column = {word: i for i, word in enumerate(words)}
    x = np.zeros((len(sets), len(words)), np.float32)
    for row, each in enumerate(sets):
        x[row, [column[word] for word in each if word in column]] = 1
    of = [ucd_3_2_0.category(c) for c in found]
    kinds = list(_by_frequency(of))
    y = np.array([kinds.index(kind) for kind in of])
    return Bags(list(found.values()), words, x, kinds, y)


def _by_frequency(items: Iterable[str]) -> dict[str, int]:
    """Count; the most frequent first, and the alphabet where two are equally frequent."""
    return dict(sorted(Counter(items).items(), key=lambda pair: (-pair[1], pair[0])))
