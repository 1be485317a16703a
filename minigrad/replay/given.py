"""Arrays that tell what is done with them.

A step that is given a NumPy array may compute with it in NumPy, out of the engine's sight. While it
is recorded it gets this in its place, which answers like the array. What the recorder can follow
goes into the record; whatever else hands out numbers is told.
"""

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

_FACTS = {"shape", "ndim", "size", "dtype", "strides", "itemsize", "nbytes", "flags"}
_ASKING = {np.ndim, np.shape, np.size, np.result_type}
_METHODS = {
    *("astype", "copy", "ravel", "flatten", "reshape", "squeeze", "swapaxes", "transpose"),
    *("argmax", "argmin", "cumsum", "max", "mean", "min", "prod", "std", "sum", "var"),
}
_FUNCTIONS = {
    *(np.argmax, np.argmin, np.broadcast_to, np.clip, np.concatenate, np.expand_dims, np.eye),
    *(np.max, np.mean, np.min, np.ones_like, np.reshape, np.squeeze, np.stack, np.std, np.sum),
    *(np.swapaxes, np.transpose, np.var, np.zeros_like),
}


class Given(NDArrayOperatorsMixin):
    """An array that a recorded step was given, or has computed from such."""

    __slots__ = ("__weakref__", "_follower", "array")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, array: np.ndarray, follower: Any) -> None:
        self.array = array
        self._follower = follower  # the recorder, which is told of calls, reads and writes

    __class__ = property(lambda self: np.ndarray)
    T = property(lambda self: self.transpose())
    mT = property(lambda self: self.swapaxes(-1, -2))

    def __len__(self) -> int:
        return len(self.array)

    def __getattr__(self, name: str) -> Any:
        if name in _METHODS:
            return lambda *args, **params: self._follower.call(method(name), (self, *args), params)
        if name not in _FACTS:
            self._follower.read(self.array)
        return getattr(self.array, name)

    def __getitem__(self, key: Any) -> Any:
        return self._follower.call(operator.getitem, (self, key), {})

    def __setitem__(self, key: Any, value: Any) -> None:
        self._follower.write()
        self.array[plain(key)] = plain(value)

    def __pow__(self, p: Any) -> Any:  # which is not always np.power
        return self._follower.call(operator.pow, (self, p), {})

    def __array_ufunc__(self, ufunc: np.ufunc, kind: str, *args: Any, **params: Any) -> Any:
        if "out" in params:
            self._follower.write()
            getattr(ufunc, kind)(*plain(args), **{k: plain(v) for k, v in params.items()})
            return params["out"][0]
        function = ufunc if kind == "__call__" else getattr(ufunc, kind)
        return self._follower.call(function, args, params)

    def __array_function__(self, function: Any, _: Any, args: Any, params: Any) -> Any:
        if function in _FUNCTIONS or (function is np.where and len(args) == 3):
            return self._follower.call(function, args, params)
        if function not in _ASKING:
            self._follower.read(self.array)
        return function(*plain(args), **{k: plain(v) for k, v in params.items()})

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        self._follower.read(self.array)
        return np.array(self.array, dtype=dtype, copy=copy)


def _telling(name: str) -> Callable[..., Any]:
    def told(self: Given, *args: Any) -> Any:
        self._follower.read(self.array)
        return getattr(self.array, name)(*map(plain, args))

    return told


for _name in (
    *("__bool__", "__complex__", "__contains__", "__copy__", "__deepcopy__", "__float__"),
    *("__format__", "__index__", "__int__", "__reduce_ex__", "__repr__", "__str__"),
):
    setattr(Given, _name, _telling(_name))


@functools.cache
def method(name: str) -> Callable[..., Any]:
    """Return an array's method as a function of arrays."""

    def call(array: Any, *args: Any, **params: Any) -> Any:
        return getattr(array, name)(*args, **params)

    call.__name__ = name
    return call


def plain(value: Any) -> Any:
    """Return arrays where there are given ones; a result without axes is a number, as NumPy's."""
    if type(value) is Given:
        return value.array if value.array.ndim else value.array[()]
    if type(value) in (tuple, list):
        return type(value)(map(plain, value))
    return value
