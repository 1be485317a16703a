"""The tensor: an array that remembers how it was made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, final

import numpy as np
import numpy.typing as npt

from .modes import effect, mode
from .versions import ALONE, Memory

Operand: TypeAlias = "Tensor | np.ndarray | np.generic | float | int | bool"
Array: TypeAlias = "Tensor | np.ndarray"
Binary: TypeAlias = "Callable[[Tensor, Operand], Tensor]"
Axis: TypeAlias = "int | tuple[int, ...] | None"


FLOAT32 = np.dtype(np.float32)
_NONE: dict[str, Any] = {}  # the parameters of most operations


@final
class Tensor:
    """An array that remembers how it was made, so that derivatives can be taken.

    Make one with :func:`minigrad.tensor`; every operation on tensors makes another.

    Attributes
    ----------
    data : numpy.ndarray
        The numbers themselves, not a copy. Writing through it is allowed; a write between the
        forward pass and ``backward()`` is noticed and reported there.
    grad : Tensor or None
        The gradient that ``backward()`` has added up here, for leaves that require one.
    requires_grad : bool
        Whether operations on this tensor are recorded.
    """

    # _primitive, _parents and _params say how it was made: primitive(*parents, **params).
    # A leaf has no _primitive; a result whose graph has been freed has no _parents. Its _source,
    # the line that made it, is set in anomaly mode only.
    __slots__ = (
        "__weakref__",
        "_data",
        "_grad",
        "_home",
        "_memory",
        "_params",
        "_parents",
        "_primitive",
        "_requires_grad",
        "_source",
        "_tick",
    )

    _source: str
    __array_ufunc__ = None  # so that `array + tensor` is ours, not an array of objects

    def __init__(self, data: np.ndarray, requires_grad: bool = False) -> None:
        self._data = data
        self._requires_grad = requires_grad
        self._grad: Tensor | None = None
        self._primitive: Any = None
        self._parents: tuple[Any, ...] | None = None
        self._params = _NONE
        self._tick = 0
        self._memory: Memory | None = None
        self._home: Any = None  # where an optimizer wants the gradient to be written

    # What it holds

    @property
    def grad(self) -> Tensor | None:
        """The gradient that ``backward()`` has added up here."""
        if mode.observer is not None:
            mode.observer.gradient(self, is_set=False)
        return self._grad

    @grad.setter
    def grad(self, gradient: Tensor | None) -> None:
        if gradient is not None and type(gradient) is not Tensor:
            raise TypeError(
                f".grad is a Tensor or None, not a {type(gradient).__name__}: mg.tensor(...) makes "
                "one of an array."
            )
        if mode.observer is not None:
            mode.observer.gradient(self, is_set=True)
        self._grad = gradient
        if self._home is not None:
            self._home.note(gradient)

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if not isinstance(wanted, (bool, np.bool_)):
            raise TypeError(f"requires_grad is True or False; got {wanted!r}.")
        if self._primitive is not None and not wanted:
            raise RuntimeError(
                f"this result of {self._primitive.name} remembers how it was made: x.detach() "
                "gives one that does not."
            )
        if wanted and self._data.dtype.kind != "f":
            raise TypeError(
                f"only float tensors can require a gradient, this one is {self._data.dtype}."
            )
        self._requires_grad = bool(wanted)

    @property
    def data(self) -> np.ndarray:
        """The numbers, as an array that shares this tensor's memory."""
        if mode.observer is not None:
            mode.observer.escape(self)
        memory_of(self).seal()
        return self._data.view()  # by which the memory knows whether anyone still has it

    @data.setter
    def data(self, values: Operand) -> None:
        write(self, values)

    def numpy(self) -> np.ndarray:
        """Return the numbers, as an array that shares this tensor's memory."""
        return self.data

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self._requires_grad and mode.recording:
            raise TypeError(
                f"NumPy would cut this tensor of shape {self.shape} off from its gradient: use "
                "minigrad's function in place of NumPy's (mg.sum, mg.concat, mg.where, ...), "
                "mg.stack(tensors) in place of a list of tensors, or x.numpy() for the numbers "
                "alone."
            )
        return np.array(self.data, dtype=dtype, copy=copy)

    def tolist(self) -> Any:
        """Return the numbers as Python numbers, in nested lists."""
        if mode.observer is not None:
            mode.observer.escape(self)
        return self._data.tolist()

    def item(self) -> Any:
        """Return the one number this tensor holds as a Python number."""
        if self._data.size != 1:
            raise ValueError(
                f"item() wants a tensor of one element, this one has shape {self.shape}; "
                "use .numpy() for all of them."
            )
        if mode.observer is not None:
            mode.observer.escape(self)
        return self._data.item()

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self._data.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._data.size

    @property
    def dtype(self) -> np.dtype:
        """Type of the elements."""
        return self._data.dtype

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    def __repr__(self) -> str:
        if mode.observer is not None:
            mode.observer.escape(self)
        numbers = np.array2string(self._data, separator=", ", prefix="tensor(", precision=4)
        notes = "" if self._data.dtype == np.float32 else f", dtype={self._data.dtype}"
        notes += ", requires_grad=True" if self.requires_grad else ""
        return f"tensor({numbers}{notes})"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    __hash__ = object.__hash__

    def __getstate__(self) -> Any:
        if self._primitive is not None:
            raise TypeError(
                f"this result of {self._primitive.name} remembers how it was made, and that "
                "cannot be copied or pickled: do it to x.detach()."
            )
        if mode.observer is not None:
            mode.observer.escape(self)
        return super().__getstate__()

    # Differentiation

    backward: Callable[..., None]

    def detach(self) -> Tensor:
        """Return a tensor that shares this one's memory and remembers nothing."""
        out = Tensor(self._data)
        out._memory = memory_of(self)
        if mode.observer is not None:
            mode.observer.alias(out, self)
        return out

    # Operators, and the methods people reach for; operators.py says what they do.

    __add__: Binary
    __radd__: Binary
    __sub__: Binary
    __rsub__: Binary
    __mul__: Binary
    __rmul__: Binary
    __truediv__: Binary
    __rtruediv__: Binary
    __pow__: Binary
    __rpow__: Binary
    __matmul__: Binary
    __rmatmul__: Binary
    __lt__: Binary
    __le__: Binary
    __gt__: Binary
    __ge__: Binary
    __eq__: Binary  # type: ignore[assignment]
    __ne__: Binary  # type: ignore[assignment]
    __neg__: Callable[[Tensor], Tensor]
    __abs__: Callable[[Tensor], Tensor]
    __invert__: Callable[[Tensor], Tensor]
    __and__: Binary
    __rand__: Binary
    __or__: Binary
    __ror__: Binary
    __xor__: Binary
    __rxor__: Binary
    __getitem__: Callable[[Tensor, Any], Tensor]
    __setitem__: Callable[[Tensor, Any, Operand], None]
    __iadd__: Binary
    __isub__: Binary
    __imul__: Binary
    __itruediv__: Binary
    sum: Callable[..., Tensor]
    mean: Callable[..., Tensor]
    max: Callable[..., Tensor]
    min: Callable[..., Tensor]
    argmax: Callable[..., Tensor]
    argmin: Callable[..., Tensor]
    any: Callable[..., Tensor]
    all: Callable[..., Tensor]
    prod: Callable[..., Tensor]
    var: Callable[..., Tensor]
    std: Callable[..., Tensor]
    exp: Callable[[Tensor], Tensor]
    log: Callable[[Tensor], Tensor]
    sqrt: Callable[[Tensor], Tensor]
    flatten: Callable[[Tensor], Tensor]
    astype: Callable[[Tensor, npt.DTypeLike], Tensor]
    reshape: Callable[..., Tensor]
    T: Tensor
    mT: Tensor


def tensor(
    data: npt.ArrayLike | Tensor, requires_grad: bool = False, dtype: npt.DTypeLike | None = None
) -> Tensor:
    """Make a tensor from numbers; they are copied.

    Parameters
    ----------
    data : number, nested list, array or Tensor
        Python floats become float32; NumPy arrays keep their float dtype, in a list too. Integers
        and booleans stay what they are: they serve as indices, labels and masks, and carry no
        gradient.
    requires_grad : bool
        Whether a gradient is wanted with respect to this tensor.
    dtype : float32, float64, an integer type or bool, optional
        Another type than the one ``data`` implies.

    Raises
    ------
    TypeError
        If ``data`` is a list of Tensors, if an integer is to carry a gradient, if
        ``requires_grad`` is no boolean, or if the type is none of those above.

    Examples
    --------
    >>> mg.tensor([1.0, 2.0], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if not isinstance(requires_grad, (bool, np.bool_)):
        raise TypeError(
            f"tensor(): requires_grad must be True or False, got {requires_grad!r}; a type is "
            "passed as dtype=..."
        )
    if isinstance(data, Tensor):
        data = data._data
    elif _holds(data, Tensor):
        raise TypeError(
            "tensor() was given a list of Tensors, and copying their numbers would cut them off "
            "from their gradients: use mg.stack(tensors), or mg.concat(tensors) to join them."
        )
    array = np.array(data, dtype=None if dtype is None else type_of(dtype))
    if (
        dtype is None
        and array.dtype == np.float64
        and not isinstance(data, np.generic)
        and not _holds(data, np.ndarray)
    ):
        array = array.astype(np.float32)
    if array.dtype is not FLOAT32:
        array = array.astype(type_of(array.dtype), copy=False)
    if requires_grad and array.dtype.kind != "f":
        raise TypeError(
            f"only float tensors can require a gradient, this one is {array.dtype}: write 1.0 "
            "for 1, or pass dtype=mg.float32."
        )
    return Tensor(array, requires_grad)


def type_of(dtype: npt.DTypeLike) -> np.dtype:
    """Return ``dtype`` in the machine's byte order, if a tensor can hold it."""
    try:
        found = np.dtype("O" if dtype is None else dtype).newbyteorder("=")
    except TypeError:
        raise TypeError(f"dtype must be a type such as mg.float32, got {dtype!r}.") from None
    if found not in (np.float32, np.float64) and found.kind not in "iub":
        raise TypeError(
            f"a tensor holds float32, float64, integers or booleans, not {found}: "
            "pass dtype=mg.float32 or dtype=mg.float64."
        )
    return found


def _holds(data: Any, kind: type) -> bool:
    """Whether ``data`` is of a kind, or a list in which there is such a thing."""
    if isinstance(data, (list, tuple)):
        return any(_holds(item, kind) for item in data)
    return isinstance(data, kind)


def memory_of(tensor: Tensor) -> Memory:
    """Return the record of writes for the memory that ``tensor`` views."""
    if tensor._memory is None:
        base = tensor._data.base
        tensor._memory = Memory(base if isinstance(base, np.ndarray) else tensor._data)
    return tensor._memory


def is_shared(tensor: Tensor) -> bool:
    """Whether anyone but ``tensor`` has its memory: an array handed out, or another tensor."""
    memory = memory_of(tensor)
    own = sys.getrefcount(tensor._data) - (tensor._data is memory.array)
    return memory.references() > ALONE or own > 2  # the tensor's, and that of the call


@effect
def write(tensor: Tensor, values: Operand) -> None:
    """Overwrite the numbers of ``tensor`` in place and note that they changed."""
    values = np.asarray(raw(values))
    if values.shape != tensor.shape:
        raise ValueError(
            f"data of shape {values.shape} cannot replace data of shape {tensor.shape}; "
            "make a new tensor instead."
        )
    np.copyto(tensor._data, values, casting="same_kind")
    memory_of(tensor).stamp()


def raw(value: Any) -> Any:
    """Return arrays where there are tensors."""
    if isinstance(value, tuple):
        return tuple(raw(v) for v in value)
    return value._data if type(value) is Tensor else value
