"""Where ``backward()`` writes a gradient, so that it need not be copied there."""

import weakref
from typing import Any

import numpy as np

from ..core.tensor import Tensor


class Home:
    """A piece of flat memory that the gradients of one parameter are to be written to.

    Each gradient is a tensor of its own over this memory. Whoever keeps one, or an array made from
    it, keeps its numbers: while it lives the memory is taken, and the next gradient goes elsewhere.

    Parameters
    ----------
    flat : numpy.ndarray
        One-dimensional.
    first, last : int
        Which part of it.
    shape : tuple of int
        The parameter's.
    astray : set of int
        Holds ``index`` while the parameter's gradient is not here; may be shared by many homes.
    index : int
    """

    __slots__ = ("_memory", "_owner", "astray", "dtype", "index", "shape")

    def __init__(
        self,
        flat: np.ndarray,
        first: int,
        last: int,
        shape: tuple[int, ...],
        astray: set[int] | None = None,
        index: int = 0,
    ) -> None:
        self.astray = {index} if astray is None else astray
        self.index = index
        self._memory = flat.data[first:last]
        self._owner: Any = lambda: None  # the array that all views of this memory refer to
        self.dtype = flat.dtype
        self.shape = shape

    def gradient(self) -> Tensor | None:
        """Return a tensor over this memory, or None if an earlier one is still in use."""
        if self._owner() is not None:
            return None
        owner = np.frombuffer(self._memory, self.dtype)
        self._owner = weakref.ref(owner)
        return Tensor(owner.reshape(self.shape))

    def note(self, gradient: Tensor | None) -> None:
        """Be told that ``gradient`` is the parameter's from now on."""
        if gradient is not None and self.holds(gradient):
            self.astray.discard(self.index)
        else:
            self.astray.add(self.index)

    def taken(self) -> bool:
        """Whether a gradient that was written here is still in use."""
        return self._owner() is not None

    def holds(self, gradient: Tensor) -> bool:
        """Whether ``gradient`` is written here."""
        base = gradient._data.base
        return base is not None and base is self._owner()

    def array(self) -> np.ndarray:
        """Return an array over this memory, for whoever overwrites it whatever there is."""
        return np.frombuffer(self._memory, self.dtype).reshape(self.shape)

    def write(self, gradient: np.ndarray) -> None:
        """Copy a gradient here, over whatever there is."""
        np.copyto(self.array(), gradient)

    def __reduce__(self) -> Any:
        # A copied parameter belongs to no flat array: copies and unpickles as None.
        return type(None), ()
