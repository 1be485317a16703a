"""The tensor: an array that remembers how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, final

import numpy as np
import numpy.typing as npt

from .memory import Memory, memory_of
from .modes import mode

Operand: TypeAlias = "Tensor | np.ndarray | np.generic | float | int | bool"
Array: TypeAlias = "Tensor | np.ndarray"
Binary: TypeAlias = "Callable[[Tensor, Operand], Tensor]"
Axis: TypeAlias = "int | tuple[int, ...] | None"


_NONE: dict[str, Any] = {}  # the parameters of most operations


@final
class Tensor:
    """An array that remembers how it was made, so that derivatives can be taken.

    Make one with :func:`minigrad.tensor`; every operation on tensors makes another.

    Attributes
    ----------
    data : numpy.ndarray
        The numbers. Writing through it is allowed; a write between the forward pass and
        ``backward()`` is noticed and reported there.
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
        "_source",
        "_tick",
        "requires_grad",
    )

    _source: str
    __array_ufunc__ = None  # so that `array + tensor` is ours, not an array of objects

    def __init__(self, data: np.ndarray, requires_grad: bool = False) -> None:
        self._data = data
        self.requires_grad = requires_grad
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
        if mode.observer is not None:
            mode.observer.gradient(self, is_set=True)
        self._grad = gradient
        if self._home is not None:
            self._home.note(gradient)

    @property
    def data(self) -> np.ndarray:
        """The numbers, as an array that shares this tensor's memory."""
        if mode.observer is not None:
            mode.observer.escape(self)
        memory_of(self).seal()
        return self._data

    @data.setter
    def data(self, values: Operand) -> None:
        in_place.write(self, values)

    def numpy(self) -> np.ndarray:
        """Return the numbers, as an array that shares this tensor's memory."""
        return self.data

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.data, dtype=dtype, copy=copy)

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
        numbers = np.array2string(self._data, separator=", ", prefix="tensor(", precision=4)
        notes = "" if self._data.dtype == np.float32 else f", dtype={self._data.dtype}"
        notes += ", requires_grad=True" if self.requires_grad else ""
        return f"tensor({numbers}{notes})"

    __hash__ = object.__hash__

    # Differentiation

    def backward(self, gradient: Operand | None = None, retain_graph: bool = False) -> None:
        """Add the gradient of this tensor to ``.grad`` of every leaf it was made from.

        Parameters
        ----------
        gradient : tensor or array of this tensor's shape, optional
            The gradient of some later scalar with respect to this tensor. May be left out when
            this tensor holds one number; it is then 1.
        retain_graph : bool
            Keep the graph, so that ``backward`` can walk it again.
        """
        autograd.backward(self, gradient, retain_graph)

    def detach(self) -> Tensor:
        """Return a tensor that shares this one's memory and remembers nothing."""
        out = Tensor(self._data)
        out._memory = memory_of(self)
        if mode.observer is not None:
            mode.observer.alias(out, self)
        return out

    # Operators, and the methods people reach for. Each is a function of ops or in_place, and is set
    # at the foot of this file, where those exist.

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
    astype: Callable[[Tensor, npt.DTypeLike], Tensor]

    @property
    def T(self) -> Tensor:
        """The tensor with its axes reversed."""
        return ops.transpose(self)

    @property
    def mT(self) -> Tensor:
        """The matrices in the last two axes, each transposed."""
        return ops.permute_dims(self, (*range(self.ndim - 2), -1, -2))

    def reshape(self, *shape: Any) -> Tensor:
        """See :func:`minigrad.reshape`; the lengths may be given one by one."""
        return ops.reshape(self, shape[0] if len(shape) == 1 else shape)


def tensor(
    data: npt.ArrayLike | Tensor, requires_grad: bool = False, dtype: npt.DTypeLike | None = None
) -> Tensor:
    """Make a tensor from numbers; they are copied.

    Parameters
    ----------
    data : number, nested list, array or Tensor
        Python floats become float32; NumPy arrays keep their float dtype. Integers and booleans
        stay what they are: they serve as indices, labels and masks, and carry no gradient.
    requires_grad : bool
        Whether a gradient is wanted with respect to this tensor.
    dtype : float32, float64, an integer type or bool, optional
        Another type than the one ``data`` implies.

    Raises
    ------
    TypeError
        If ``data`` is a list of Tensors, if an integer is to carry a gradient, or if the type is
        none of those above.

    Examples
    --------
    >>> mg.tensor([1.0, 2.0], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if isinstance(data, Tensor):
        data = data.data
    elif isinstance(data, (list, tuple)) and _holds_tensor(data):
        raise TypeError(
            "tensor() was given a list of Tensors, and copying their numbers would cut them off "
            "from their gradients: use mg.stack(tensors), or mg.concat(tensors) to join them."
        )
    array = np.array(data, dtype=dtype)
    if (
        dtype is None
        and array.dtype == np.float64
        and not isinstance(data, (np.ndarray, np.generic))
    ):
        array = array.astype(np.float32)
    if array.dtype not in (np.float32, np.float64) and array.dtype.kind not in "iub":
        raise TypeError(
            f"a tensor holds float32, float64, integers or booleans, not {array.dtype}: "
            "pass dtype=mg.float32 or dtype=mg.float64."
        )
    if requires_grad and array.dtype.kind != "f":
        raise TypeError(
            f"only float tensors can require a gradient, this one is {array.dtype}: write 1.0 "
            "for 1, or pass dtype=mg.float32."
        )
    return Tensor(array, requires_grad)


def _holds_tensor(data: Any) -> bool:
    if isinstance(data, (list, tuple)):
        return any(_holds_tensor(item) for item in data)
    return isinstance(data, Tensor)


from . import autograd, in_place, ops  # noqa: E402  (they need the class above)


def _reflected(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda self, other: function(other, self)


_ARITHMETIC = dict(
    add=ops.add,
    sub=ops.subtract,
    mul=ops.multiply,
    truediv=ops.divide,
    pow=ops.pow,
    matmul=ops.matmul,
)
_OTHERS: dict[str, Callable[..., Any]] = dict(
    __lt__=ops.less,
    __le__=ops.less_equal,
    __gt__=ops.greater,
    __ge__=ops.greater_equal,
    __eq__=ops.equal,
    __ne__=ops.not_equal,
    __neg__=ops.negative,
    __abs__=ops.abs,
    __getitem__=ops.getitem,
    __setitem__=in_place.set_item,
    __iadd__=in_place.operator("+=", ops.add),
    __isub__=in_place.operator("-=", ops.subtract),
    __imul__=in_place.operator("*=", ops.multiply),
    __itruediv__=in_place.operator("/=", ops.divide),
    sum=ops.sum,
    mean=ops.mean,
    max=ops.max,
    min=ops.min,
    argmax=ops.argmax,
    argmin=ops.argmin,
    astype=ops.astype,
)
for _name, _function in _ARITHMETIC.items():
    setattr(Tensor, f"__{_name}__", _function)
    setattr(Tensor, f"__r{_name}__", _reflected(_function))
for _name, _function in _OTHERS.items():
    setattr(Tensor, _name, _function)
