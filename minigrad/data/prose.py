"""A text in English that travels with the package."""

import gzip
from importlib.resources import files

from .texts import Text, text

FILE = "python_prose.txt.gz"


def python_prose() -> Text:
    """Return 125,618 characters of English: what Python's help says about the language.

    It is the running text of Python 3.11's ``pydoc_data.topics``, which ``help("topics")`` lists,
    frozen here because other versions of Python have another text. A line is a paragraph; there
    are no headings, lists or programs, and no two paragraphs alike; their order was drawn once, so
    that every part has something of every topic. A tenth each is set aside to choose by and to
    judge by.

    Notes
    -----
    Copyright 2001-2023 Python Software Foundation, under the PSF licence, version 2, which lies
    beside the text as ``python_prose.LICENSE.txt`` and says what was changed.

    References
    ----------
    Python Software Foundation, The Python Language Reference, version 3.11, 2023.
    """
    packed = files(__package__).joinpath(FILE).read_bytes()
    return text(gzip.decompress(packed).decode("ascii"))
