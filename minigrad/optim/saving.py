"""What a saved state holds of the options, and how a state that does not fit is refused."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

SCHEDULE = "a function of the step"  # stands for one in a saved state


@contextmanager
def state_for(name: str, state: Any, kind: str) -> Iterator[None]:
    """Read a state that says under ``kind`` that it is of ``name``.

    Raises
    ------
    ValueError
        If it does not, or is damaged: what goes wrong inside the ``with`` becomes one.
    """
    if not isinstance(state, Mapping) or kind not in state:
        raise ValueError(
            f"{name}: this is not what {name}.state_dict() returned, which says {kind!r}."
        )
    if state[kind] != name:
        raise ValueError(f"this is the state of {state[kind]}, and not of {name}.")
    try:
        yield
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        problem = f"{type(error).__name__}: {error}"
        raise ValueError(f"{name}: the state is damaged ({problem}).") from error


def stored(value: Any) -> Any:
    """Return what a saved state holds of an option."""
    if isinstance(value, tuple):
        return tuple(map(stored, value))
    if hasattr(value, "state_dict"):  # feedback, such as ReduceOnPlateau
        return value.state_dict()
    return SCHEDULE if callable(value) else value


def restored(label: str, now: Any, saved: Any) -> Any:
    """Return an option that is ``now`` and was ``saved``: numbers come from the saved state."""
    if isinstance(now, tuple) and isinstance(saved, (tuple, list)) and len(saved) == len(now):
        return tuple(restored(label, n, s) for n, s in zip(now, saved, strict=True))
    if callable(now):
        return now
    if isinstance(saved, dict) or (isinstance(saved, str) and saved == SCHEDULE):
        raise ValueError(
            f"{label} was saved under a schedule, and this optimizer has {now}: make it with the "
            f"same schedule, or with mg.schedules.constant({now})."
        )
    return saved


def feedback_in(now: Any, saved: Any) -> list[tuple[Any, Any]]:
    """Return what learns from the run, such as a `ReduceOnPlateau`, with its saved state.

    Raises
    ------
    ValueError
        If it would not take the state.
    """
    if isinstance(now, tuple) and isinstance(saved, (tuple, list)):
        return [pair for n, s in zip(now, saved, strict=True) for pair in feedback_in(n, s)]
    if not (hasattr(now, "load_state_dict") and isinstance(saved, dict)):
        return []
    copy.deepcopy(now).load_state_dict(saved)
    return [(now, saved)]
