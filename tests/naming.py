"""Names of tests that are the same in every process."""

import re


def shown(value: object) -> str:
    """Return what a value looks like, without the place where it lies."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
