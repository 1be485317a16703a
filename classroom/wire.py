"""How an outcome travels out of the sandbox: as JSON, because nothing there is trusted."""

from typing import Any

import numpy as np

from minigrad.course.exercises.comparing import Unordered
from minigrad.course.exercises.verdict import Complaint


def packed(outcome: Any) -> Any:
    """Return an outcome in plain form, or a complaint, as what JSON can write."""
    if isinstance(outcome, Complaint):
        return {"complaint": str(outcome)[:2000], "raised": outcome.raised[:100]}
    if isinstance(outcome, Unordered):
        return {"unordered": [packed(part) for part in outcome]}
    if isinstance(outcome, list):
        return {"list": [packed(part) for part in outcome]}
    if isinstance(outcome, dict):
        return {"dict": [[str(key), packed(part)] for key, part in outcome.items()]}
    return {"array": outcome.tolist(), "kind": outcome.dtype.kind}


def unpacked(told: Any) -> Any:
    """Return the outcome that was told, and a complaint where it makes no sense."""
    try:
        return _unpacked(told)
    except Exception:
        return Complaint("Your answer could not be read.")


def _unpacked(told: dict[str, Any]) -> Any:
    match told:
        case {"complaint": str(words), "raised": str(raised)}:
            return Complaint(words[:2000], raised[:100])
        case {"unordered": list(parts)}:
            return Unordered(map(_unpacked, parts))
        case {"list": list(parts)}:
            return [_unpacked(part) for part in parts]
        case {"dict": list(pairs)}:
            return {str(key): _unpacked(part) for key, part in pairs}
        case {"array": numbers, "kind": kind}:
            return np.asarray(numbers, dtype=bool if kind == "b" else np.float64)
    raise ValueError(told)
