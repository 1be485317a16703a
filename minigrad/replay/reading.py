"""Which names a function reads, from its code."""

import dis
import functools
from types import CodeType
from typing import NamedTuple

_ADDS = {"append", "appendleft", "extend", "add"}  # methods that return nothing


class Reading(NamedTuple):
    """Globals and variables of enclosing functions that code reads, and attributes it names."""

    names: frozenset[str]
    attributes: frozenset[str]


@functools.cache
def reading_of(code: CodeType) -> Reading:
    """Return what the code reads, that of functions within it included.

    What is only added to (``losses.append(loss)``, ``count[0] += 1``, ``total += 1``) is not read.
    """
    names, attributes = set(), set()
    found = list(dis.get_instructions(code))
    ahead = found[1:] + [found[-1]] * 3
    for i, instruction in enumerate(found):
        kind, name = instruction.opname, instruction.argval
        if kind in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF"):
            first, second, third = ahead[i : i + 3]
            adds = first.opname in ("LOAD_ATTR", "LOAD_METHOD") and first.argval in _ADDS
            to_item = second.opname == third.opname == "COPY" and second.arg == third.arg == 2
            to_itself = second.opname == "BINARY_OP" and third.argval == name
            if not (adds or to_item or (to_itself and third.opname.startswith("STORE"))):
                names.add(name)
        elif kind in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR"):
            attributes.add(name)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            inner = reading_of(constant)
            names |= inner.names
            attributes |= inner.attributes
    return Reading(frozenset(names), frozenset(attributes))
