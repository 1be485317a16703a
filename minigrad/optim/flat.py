"""Flat memory: many parameters, one array, so that an update is one pass."""

import math
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from ..core.tensor import Tensor, is_shared, memory_of, write
from ..core.versions import Clock, tick
from .home import Home


class Flat:
    """The parameters of one group that share a dtype, end to end in one array.

    The tensors become views of it; their gradients and each state of the optimizer lie in arrays
    of the same layout. All of these may be read and written by an update rule.

    Parameters
    ----------
    params : list of Tensors
        Of one dtype.
    labels : list of str
        What to call each in an error and in a saved state.

    Attributes
    ----------
    theta, grad : numpy.ndarray
        All parameters, and all their gradients, one-dimensional.
    states : dict of str to numpy.ndarray
        What the optimizer remembers, by name, in the same layout.
    numbers : dict of str to float
        What the optimizer remembers that is one number for all elements.
    none : numpy.ndarray
        An empty array, to pass in place of a state that is not needed. The rule sees it by its
        size, and no flag can tell it otherwise.
    astray : set of int
        Which parameters, or their gradients, are not where they belong.
    left : numpy.ndarray
        What the parameters were at the last `keep`; empty before.
    """

    def __init__(self, params: Sequence[Tensor], labels: Sequence[str]) -> None:
        self.params = list(params)
        self.labels = list(labels)
        ends = np.cumsum([p.size for p in params]).tolist()
        self.spans = list(zip([0, *ends], ends, strict=False))
        self.theta = np.empty(ends[-1], params[0].dtype)
        self.grad = np.zeros_like(self.theta)
        self.none = np.empty(0, self.theta.dtype)
        self.states: dict[str, np.ndarray] = {}
        self.numbers: dict[str, float] = {}
        self._views: list[weakref.ref[np.ndarray] | None] = [None] * len(params)
        self._homes: list[Any] = [None] * len(params)
        self.astray = set(range(len(params)))
        self.left = self.none
        self._clock = Clock()
        self._seen = math.inf
        for i in range(len(params)):
            self._adopt(i)

    def gather(self) -> None:
        """Make sure that the tensors are views of `theta`, and that `grad` holds their gradients.

        Raises
        ------
        RuntimeError
            If a parameter has no gradient.
        ValueError
            If a gradient has another shape than its parameter.
        """
        if not self.astray:  # as in nearly every step
            return
        for i in sorted(self.astray):
            p = self.params[i]
            if p.grad is None:
                raise RuntimeError(
                    f"step(): {self.labels[i]} of shape {p.shape} has no gradient: call "
                    "loss.backward() before step(), and give the optimizer only parameters that "
                    "the loss depends on."
                )
            if not self._is_here(i):
                self._adopt(i)
            if not self._homes[i].holds(p.grad):
                if p.grad.shape != p.shape:
                    raise ValueError(
                        f"step(): {self.labels[i]} has shape {p.shape} and a gradient of shape "
                        f"{p.grad.shape}; the two must be equal."
                    )
                if self._homes[i].taken():
                    self._move_gradients()
                self._homes[i].write(p.grad._data)
            else:
                self.astray.discard(i)

    def stamp(self) -> None:
        """Note that the parameters were written, and write those that are not views of `theta`."""
        for i in self.astray:
            if not self._is_here(i):
                first, last = self.spans[i]
                write(self.params[i], self.theta[first:last].reshape(self.params[i].shape))
        self._clock.written = self._seen = tick()

    def touched(self) -> list[int]:
        """Return which parameters others have written since the last `stamp`.

        None before the first, nor after `load_state_dict` up to the next: weights that are loaded
        together with a state belong to it, whichever is loaded first.
        """
        written = (memory_of(p).look() for p in self.params)
        return [i for i, when in enumerate(written) if when > self._seen]

    def keep(self) -> None:
        """Copy the parameters to `left`, to compare those that are touched."""
        if self.left.size < self.theta.size:
            self.left = np.empty_like(self.theta)
        np.copyto(self.left, self.theta)

    def state(self, name: str, start: float | np.ndarray = 0.0) -> np.ndarray:
        """Return the state of this name; the first time, one filled with ``start``."""
        if name not in self.states:
            self.states[name] = np.empty_like(self.theta)
            self.states[name][:] = start
        return self.states[name]

    def apply(self, rule: Callable[..., None], *arguments: Any) -> None:
        """Call ``rule(theta, grad, *arguments)`` with the numbers in the parameters' dtype.

        A list among the arguments holds one number for each parameter: the rule is then called
        for one parameter after the other.
        """
        if list not in map(type, arguments):
            rule(self.theta, self.grad, *self.cast(arguments))
            return
        arrays = (self.theta, self.grad, *arguments)
        for i, (first, last) in enumerate(self.spans):
            mine = (a[i] if type(a) is list else a for a in arrays)
            rule(*self.cast(a[first:last] if type(a) is np.ndarray else a for a in mine))

    def cast(self, arguments: Iterable[Any]) -> list[Any]:
        """Return the arguments of a rule, the numbers among them in the parameters' dtype."""
        number, as_they_are = self.theta.dtype.type, (np.ndarray, bool)
        return [a if type(a) in as_they_are else number(a) for a in arguments]

    def split(self, flat: np.ndarray) -> list[np.ndarray]:
        """Return the part of a flat array that belongs to each parameter, in its shape."""
        return [
            flat[a:b].reshape(p.shape) for (a, b), p in zip(self.spans, self.params, strict=True)
        ]

    def state_dict(self) -> dict[str, Any]:
        """Return the states as arrays in the shapes of the parameters, and the numbers."""
        return {
            "shapes": [p.shape for p in self.params],
            "states": {
                name: [part.copy() for part in self.split(state)]
                for name, state in self.states.items()
            },
            "numbers": dict(self.numbers),
        }

    def check_state(self, saved: Mapping[str, Any]) -> None:
        """Raise ValueError unless what was saved is of parameters with these shapes."""
        shapes = [tuple(shape) for shape in saved["shapes"]]
        if len(shapes) != len(self.params):
            raise ValueError(
                f"the state is of {len(shapes)} parameters, this group has {len(self.params)}."
            )
        for label, p, shape in zip(self.labels, self.params, shapes, strict=True):
            if p.shape != shape:
                raise ValueError(f"the state is of a {label} of shape {shape}, not {p.shape}.")
        for name, parts in saved["states"].items():
            if [part.shape for part in parts] != shapes:
                raise ValueError(f"the saved {name} has other shapes than the parameters.")
            for part in parts:
                if not np.can_cast(part.dtype, self.theta.dtype, "same_kind"):
                    raise ValueError(f"the saved {name} is of {part.dtype}, and not of numbers.")
        for name, number in saved["numbers"].items():
            if not isinstance(number, Real):
                raise ValueError(f"the saved {name} is no number: {number!r}.")

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned, once `check_state` has passed it.

        States that are there keep their memory, which a compiled step writes to.
        """
        for name in self.states.keys() - saved["states"].keys():
            del self.states[name]
        for name, parts in saved["states"].items():
            for part, value in zip(self.split(self.state(name)), parts, strict=True):
                part[...] = value
        self.numbers = dict(saved["numbers"])
        self._seen = math.inf

    def _is_here(self, i: int) -> bool:
        view = self._views[i]
        return view is not None and view() is self.params[i]._data

    def _adopt(self, i: int) -> None:
        """Turn a parameter into a view of ``theta``, unless somebody else has its memory.

        An array that was handed out, or ``p.detach()``, goes on being the parameter's. While there
        is one, the numbers are carried to ``theta`` and back at each step.

        Each view owns an array of its own over its part of the memory, and not ``theta``, so that
        a write to one parameter is not taken for a write to all.
        """
        p = self.params[i]
        first, last = self.spans[i]
        view = np.frombuffer(self.theta.data[first:last], self.theta.dtype).reshape(p.shape)
        view[...] = p._data
        if self._homes[i] is None:
            self._homes[i] = self._new_home(i)
        if is_shared(p):
            return
        written = memory_of(p).look()
        p._data, p._memory = view, None
        memory_of(p).written = written
        memory_of(p).clock = self._clock
        self._views[i] = weakref.ref(view)
        if p._home is not None and p._home is not self._homes[i]:
            p._home.note(None)  # another optimizer's, which has to adopt it again
        p._home = self._homes[i]

    def _new_home(self, i: int) -> Home:
        return Home(self.grad, *self.spans[i], self.params[i].shape, self.astray, i)

    def _move_gradients(self) -> None:
        """Leave the gradients' memory to whoever has kept a part of it, and take new memory."""
        self.grad = self.grad.copy()
        for i, p in enumerate(self.params):
            self._homes[i] = self._new_home(i)
            if self._is_here(i):
                p._home = self._homes[i]
        self.astray.update(range(len(self.params)))

    def __getstate__(self) -> dict[str, Any]:
        # A copy of a view is no view: a copied or unpickled optimizer adopts its parameters anew.
        nothing = [None] * len(self.params)
        astray = set(range(len(self.params)))
        return {
            **self.__dict__,
            "_views": nothing,
            "_homes": nothing.copy(),
            "astray": astray,
            "_seen": math.inf,  # the clock of another process may be behind
        }


def flats_of(params: Sequence[Tensor], labels: Sequence[str]) -> list[Flat]:
    """Lay out the parameters of one group, those of each dtype together."""
    flats = []
    for dtype in dict.fromkeys(p.dtype for p in params):
        chosen = [i for i, p in enumerate(params) if p.dtype == dtype]
        flats.append(Flat([params[i] for i in chosen], [labels[i] for i in chosen]))
    return flats
