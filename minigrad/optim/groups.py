"""Reading what an optimizer is given: parameters, groups and options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from numbers import Real
from typing import Any

from ..core.tensor import Tensor

SCHEDULE = "a function of the step"  # stands for one in a saved state


def groups_in(name: str, params: Any) -> Iterator[dict[str, Any]]:
    """Yield the groups that ``params`` means; tensors alone are one group."""
    if isinstance(params, Tensor):
        raise TypeError(f"{name} takes an iterable of tensors: write [parameter] for one alone.")
    items = list(params)
    if not items:
        raise ValueError(
            f"{name} was given no parameters: a generator such as model.parameters() is empty the "
            "second time it is read, and a module finds only tensors kept in its attributes."
        )
    if any(isinstance(item, dict) for item in items):
        for item in items:
            if not isinstance(item, dict) or "params" not in item:
                raise ValueError(f"{name}: every group is a dict with 'params', got {item!r}.")
            yield item
    else:
        yield {"params": items}


def parameters_in(name: str, params: Any, seen: set[int]) -> tuple[list[Tensor], list[str]]:
    """Return the tensors of one group and what to call each; ``seen`` holds all ids so far."""
    items = [params] if isinstance(params, Tensor) else list(params)
    if not items:
        raise ValueError(f"{name}: a group has no parameters.")
    tensors, labels = [], []
    for item in items:
        named = isinstance(item, tuple) and len(item) == 2
        p = item[1] if named else item
        label = f"parameter {item[0]!r}" if named else f"parameter {len(seen)}"
        if not isinstance(p, Tensor):
            raise TypeError(f"{name}: {label} is a {type(p).__name__}, not a Tensor.")
        if not p.requires_grad or p._primitive is not None:
            raise ValueError(
                f"{name}: {label} of shape {p.shape} "
                + (
                    "is the result of an operation; only leaves are optimized."
                    if p.requires_grad
                    else "does not require a gradient: make it with requires_grad=True."
                )
            )
        if id(p) in seen:
            raise ValueError(f"{name}: {label} of shape {p.shape} stands there twice.")
        seen.add(id(p))
        tensors.append(p)
        labels.append(label)
    return tensors, labels


def option_at(value: Any, t: int) -> Any:
    """Return an option, or each part of it, as it is at step ``t``."""
    if isinstance(value, (tuple, list)):
        return tuple(option_at(part, t) for part in value)
    return value(t) if callable(value) else value


def varies(value: Any) -> bool:
    """Whether an option may change without being set: a function of the step, or a list."""
    if isinstance(value, tuple):
        return any(map(varies, value))
    return callable(value) or isinstance(value, list)


def check_number(name: str, value: Any, low: float, high: float) -> None:
    """Raise unless ``value``, or each part of it, lies from ``low`` up to but not at ``high``."""
    if name.endswith("betas") and not (isinstance(value, tuple) and len(value) == 2):
        raise ValueError(f"{name} is a pair of numbers; got {value!r}.")
    for number in value if isinstance(value, tuple) else (value,):
        if not isinstance(number, Real) or isinstance(number, bool):
            raise TypeError(f"{name} must be a number, or a function of the step; got {number!r}.")
        if not low <= float(number) < high:
            wanted = f"zero or positive{'' if high > 1 else ', and below 1'}, and finite"
            raise ValueError(f"{name} must be {wanted}; got {value!r}.")


def stored(value: Any) -> Any:
    """Return what a saved state holds of an option."""
    if isinstance(value, (tuple, list)):
        return tuple(map(stored, value))
    if hasattr(value, "state_dict"):  # feedback, such as ReduceOnPlateau
        return value.state_dict()
    return SCHEDULE if callable(value) else value


def restored(name: str, now: Any, saved: Any) -> Any:
    """Return an option that is ``now`` and was ``saved``: numbers come from the saved state."""
    if isinstance(now, (tuple, list)) and isinstance(saved, (tuple, list)):
        return tuple(restored(name, n, s) for n, s in zip(now, saved, strict=True))
    if callable(now):
        return now
    if saved == SCHEDULE or isinstance(saved, dict):
        raise ValueError(
            f"the state was saved under a schedule for {name}, and this optimizer has {name}={now}:"
            " make it with the same schedule."
        )
    return saved


def restore_feedback(pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Give options that learn from the run, such as `ReduceOnPlateau`, their saved state."""
    for group, saved in pairs:
        for name, state in saved.items():
            if hasattr(group[name], "load_state_dict") and isinstance(state, dict):
                group[name].load_state_dict(state)
