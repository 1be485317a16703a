"""Reading what an optimizer is given: parameters, and groups of them with options of their own."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from types import SimpleNamespace
from typing import Any

from ..core.tensor import Tensor


class Group(MutableMapping[str, Any]):
    """Parameters that share their options: a dict whose values are checked when they are set.

    Parameters
    ----------
    owner : type
        The optimizer's class, whose ``kinds`` say what its options are, and whose ``check`` raises
        if they do not go together.
    params : tuple of Tensors
        They stay what they are: an optimizer has laid out memory for them.
    options : dict
        All of the options.
    """

    def __init__(self, owner: Any, params: tuple[Tensor, ...], options: Mapping[str, Any]) -> None:
        self._owner = owner
        self._values: dict[str, Any] = {"params": params}
        self._now: SimpleNamespace | None = None
        self.update(options)

    def read(self, option: str, value: Any) -> Any:
        """Return what the group would keep of a value, or raise TypeError or ValueError."""
        kinds, name = self._owner.kinds, self._owner.__name__
        if option not in kinds:
            raise ValueError(
                f"{name}: the params of a group stay what they were when the optimizer was made."
                if option == "params"
                else f"{name} has no option {option}; a group may have params, {', '.join(kinds)}."
            )
        return kinds[option].read(f"{name}: {option}", value)

    def __setitem__(self, option: str, value: Any) -> None:
        self._values[option] = self.read(option, value)
        self._now = None

    def __delitem__(self, option: str) -> None:
        raise TypeError(
            f"{self._owner.__name__}: {option} cannot be taken out of a group, only set."
        )

    def __getitem__(self, option: str) -> Any:
        return self._values[option]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)

    def now(self, t: int) -> SimpleNamespace:
        """Return the options as update ``t`` uses them; the same object while none changes.

        Its ``varying`` names those that are functions of the step.
        """
        now, kinds = self._now, self._owner.kinds
        if now is None:
            options = {name: self._values[name] for name in kinds}
            self._owner.check(SimpleNamespace(**options))
            varying = frozenset(name for name in kinds if kinds[name].varies(options[name]))
            now = self._now = SimpleNamespace(**options, varying=varying)
        if not now.varying:
            return now
        now = SimpleNamespace(**vars(now))
        for name in now.varying:
            label = f"{self._owner.__name__}: {name}"
            setattr(now, name, kinds[name].at(label, self._values[name], t))
        return now


def groups_in(name: str, params: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the groups that ``params`` means; tensors alone are one group."""
    if isinstance(params, Tensor):
        raise TypeError(f"{name} takes an iterable of tensors: write [parameter] for one alone.")
    items = _listed(name, params)
    if not items:
        raise ValueError(
            f"{name} was given no parameters: a generator such as model.parameters() is empty the "
            "second time it is read, and a module finds only tensors kept in its attributes."
        )
    if any(isinstance(item, Mapping) for item in items):
        for item in items:
            if not isinstance(item, Mapping) or "params" not in item:
                raise ValueError(f"{name}: every group is a dict with 'params', got {item!r}.")
            yield item
    else:
        yield {"params": items}


def parameters_in(name: str, params: Any, seen: set[int]) -> tuple[list[Tensor], list[str]]:
    """Return the tensors of one group and what to call each; ``seen`` holds all ids so far."""
    items = [params] if isinstance(params, Tensor) else _listed(name, params)
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


def _listed(name: str, params: Any) -> list[Any]:
    if not isinstance(params, Iterable):
        raise TypeError(
            f"{name} takes an iterable of tensors as params, such as model.parameters(); "
            f"got {params!r}."
        )
    return list(params)
