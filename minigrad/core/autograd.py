"""The walk backwards, and what is built on it.

Every result holds the primitive that made it and that primitive's arguments. Walking from a
result to what it was made from, latest first, and handing each argument its share of the gradient
is all that reverse-mode differentiation is (Linnainmaa 1970; Griewank & Walther 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np

from ..arguments import check_flags
from . import ops
from .modes import Observer, effect, is_recording, mode, no_grad, recording
from .tensor import Operand, Tensor, memory_of
from .tensor import tensor as make_tensor

Tensors = TypeVar("Tensors", Tensor, list[Tensor])


def walk(
    output: Tensor, gradient: Tensor, wanted: set[int], create_graph: bool, free: bool
) -> Iterator[tuple[Tensor, Any]]:
    """Yield ``(tensor, gradient)`` for every leaf, and for every tensor whose id is wanted.

    The derivatives run on plain arrays; with ``create_graph``, or for an observer who wants to see
    what they do, they run on tensors. Gradients of intermediates live in a local table and are
    dropped as soon as they are spent; with ``free`` so is the graph.
    """
    observer = mode.observer
    on_tensors = create_graph or (observer is not None and observer.derivatives_on_tensors)
    pending = {id(output): gradient if on_tensors else gradient._data}
    order = _in_topological_order(output)
    while order:
        result = order.pop()
        g = pending.pop(id(result), None)
        function = result._primitive
        if g is not None and (function is None or id(result) in wanted):
            yield result, g
        if function is None:
            continue
        if g is not None:
            parents, params = result._parents or (), result._params
            arrays = _unchanged(result, parents)
            y, args = (result, parents) if on_tensors else (result._data, arrays)
            rules = function.derivatives
            if function.each is not None:
                rules = [partial(function.each, i) for i in range(len(parents))]
            for i, (rule, parent) in enumerate(zip(rules, parents, strict=False)):
                if rule is None or type(parent) is not Tensor or not parent._requires_grad:
                    continue
                before = pending.get(id(parent))
                if observer is not None:
                    share = _observed(observer, rule, i, g, y, args, result, before)
                else:
                    share = rule(g, y, *args, **params)
                    like = parent._data
                    if getattr(share, "shape", None) != like.shape or share.dtype is not like.dtype:
                        share = _fitted(share, i, result)
                    if before is not None:
                        share = before + share
                pending[id(parent)] = share
        if free:
            result._parents = None


def _observed(
    observer: Observer, rule: Any, i: int, g: Any, y: Any, args: Any, result: Tensor, before: Any
) -> Any:
    """Compute what argument ``i`` has got so far, ``before``, and its share, under observation."""

    def compute(g: Any) -> Any:
        return _fitted(rule(g, y, *args, **result._params), i, result)

    share = observer.derivative(partial(compute, g), result, i)
    if before is None:
        return share
    return observer.addition(partial(ops.add, before, share), result._parents[i])  # type: ignore


def _fitted(share: Any, i: int, result: Tensor) -> Any:
    """Bring the share of argument ``i`` to its shape and type."""
    like = result._parents[i]._data  # type: ignore[index]
    try:
        return ops.fit(share, like)
    except (AttributeError, IndexError, ValueError) as error:
        found = f"shape {share.shape}" if hasattr(share, "shape") else repr(share)
        raise ValueError(
            f"the derivative of {result._primitive.name} with respect to argument {i}, of shape "
            f"{like.shape}, gave {found}: it must give an array of that shape, or of one "
            "that it broadcasts to."
        ) from error


def _unchanged(result: Tensor, parents: tuple[Any, ...]) -> list[Any]:
    """Return the arrays of the arguments of ``result``, if none of them was written to since."""
    if result._memory is not None and result._memory.look() > result._tick:
        raise _changed("the result", result, result)
    arrays = []
    for parent in parents:
        if type(parent) is Tensor:
            if parent._memory is not None and parent._memory.look() > result._tick:
                raise _changed("an argument", parent, result)
            parent = parent._data
        arrays.append(parent)
    return arrays


def _changed(role: str, used: Tensor, result: Tensor) -> RuntimeError:
    return RuntimeError(
        f"{role} of {result._primitive.name}, shape {used.shape}, was changed in place "
        "after it was used and before its gradient was taken, so the gradient would be "
        "wrong: change it after backward(), or change a copy, mg.tensor(x)."
    )


def _in_topological_order(output: Tensor) -> list[Tensor]:
    """Return every recorded tensor that ``output`` was made from, each after its arguments."""
    seen = {id(output)}
    found = [output]
    for result in found:  # grows as it goes
        parents = result._parents
        if parents is None:
            if result._primitive is None:
                continue
            raise RuntimeError(
                f"the graph behind this result of {result._primitive.name} has been freed by an "
                "earlier backward() or grad(): compute it again, or keep it the first time with "
                "backward(retain_graph=True) or grad(..., create_graph=True)."
            )
        for parent in parents:
            if type(parent) is Tensor and parent._requires_grad and id(parent) not in seen:
                seen.add(id(parent))
                found.append(parent)
    found.sort(key=attrgetter("_tick"))  # a result is always made after its arguments
    return found


# Taking gradients


def backward(output: Tensor, gradient: Operand | None, retain_graph: bool) -> None:
    """Add the gradient of ``output`` to ``.grad`` of its leaves; see :meth:`Tensor.backward`."""
    if type(retain_graph) is not bool:
        check_flags("backward()", retain_graph=retain_graph)
    seed = _seed(output, gradient, "backward", "backward(gradient=...)")
    with no_grad():
        for tensor, g in walk(output, seed, set(), create_graph=False, free=not retain_graph):
            if tensor._primitive is None:
                accumulate(tensor, g)


@effect
def accumulate(leaf: Tensor, g: Any) -> None:
    """Add ``g`` to the gradient of a leaf."""
    gradient = leaf._grad
    g = g._data if type(g) is Tensor else g
    if gradient is not None:
        np.add(gradient._data, g, out=gradient._data)
        memory_of(gradient).stamp()
    elif leaf._home is not None and (gradient := leaf._home.gradient()) is not None:
        gradient._data[...] = g
        leaf._grad = gradient
        leaf._home.astray.discard(leaf._home.index)
    else:
        leaf.grad = Tensor(np.array(g))  # a copy: g may be shared with another leaf


def grad(
    output: Tensor,
    inputs: Tensor | Sequence[Tensor],
    grad_output: Operand | None = None,
    create_graph: bool = False,
) -> Any:
    """Return the gradient of ``output`` with respect to ``inputs``.

    Parameters
    ----------
    output : Tensor
        What is differentiated.
    inputs : Tensor or sequence of Tensors
        With respect to what; leaves or intermediate results.
    grad_output : tensor or array of the output's shape, optional
        The gradient of some later scalar with respect to ``output``. May be left out when
        ``output`` holds one number; it is then 1.
    create_graph : bool
        Record the gradient's own computation, so that it can be differentiated again, and keep
        the graph of ``output``.

    Returns
    -------
    Tensor or list of Tensors
        Like ``inputs``. Zeros for an input that ``output`` does not depend on.

    Raises
    ------
    RuntimeError
        If no operation behind ``output`` was recorded, or its graph has been freed.
    """
    xs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    for i, x in enumerate(xs):
        if not (isinstance(x, Tensor) and x.requires_grad):
            raise ValueError(
                f"grad(): input {i} does not require a gradient, so nothing about it was recorded: "
                "make it with requires_grad=True before computing the output."
            )
    check_flags("grad()", create_graph=create_graph)
    seed = _seed(output, grad_output, "grad", "grad(..., grad_output=...)")
    gradients = _gradients(output, xs, seed, create_graph)
    return gradients[0] if isinstance(inputs, Tensor) else gradients


def _gradients(
    output: Tensor, inputs: Sequence[Tensor], seed: Tensor, create_graph: bool
) -> list[Tensor]:
    wanted = {id(x) for x in inputs}
    with recording() if create_graph else no_grad():
        pairs = walk(output, seed, wanted, create_graph, free=not create_graph)
        found = {id(tensor): g for tensor, g in pairs if id(tensor) in wanted}
    return [_as_tensor(found.get(id(x)), x) for x in inputs]


def _as_tensor(g: Any, like: Tensor) -> Tensor:
    if g is None:
        return Tensor(np.zeros_like(like._data))
    return g if type(g) is Tensor else Tensor(np.array(g))


def _seed(output: Tensor, gradient: Operand | None, what: str, instead: str) -> Tensor:
    if not isinstance(output, Tensor):
        raise TypeError(f"{what}() starts from a Tensor, this is a {type(output).__name__}.")
    if not output.requires_grad:
        raise RuntimeError(
            f"{what}() starts from a tensor that was not recorded: make an input with "
            "requires_grad=True, and do not compute it inside no_grad() or behind detach()."
        )
    if gradient is None:
        if output.size != 1:
            raise RuntimeError(
                f"{what}() of a tensor of shape {output.shape}: only a single number has one "
                f"gradient. Reduce it first, .sum() or .mean(), or pass {instead}."
            )
        ones = np.empty(output._data.shape, output._data.dtype)
        ones.fill(1)
        return Tensor(ones)
    if isinstance(gradient, bool):
        raise TypeError(f"{what}() was given {gradient} for a gradient: flags are passed by name.")
    seed = gradient if type(gradient) is Tensor else make_tensor(np.asarray(gradient))
    if seed.shape != output.shape:
        raise ValueError(
            f"{what}() of a tensor of shape {output.shape} was given a gradient of shape "
            f"{seed.shape}; the two must be equal."
        )
    return ops.astype(seed, output.dtype)


def value_and_grad(f: Callable[..., Tensor]) -> Callable[..., tuple[Tensor, Any]]:
    """Return a function that computes ``f`` and its gradient with respect to the first argument.

    Parameters
    ----------
    f : callable
        Takes a tensor, or a list or a dictionary of tensors, as its first argument and returns a
        scalar tensor.

    Returns
    -------
    callable
        ``value, gradient = value_and_grad(f)(x, *rest)``; ``gradient`` is like ``x``. Where ``x``
        requires a gradient, both are recorded and can be differentiated in turn.
    """
    if not callable(f):
        raise TypeError(f"value_and_grad() takes a function, got {f!r}.")

    def evaluate(x: Any, *rest: Any, **params: Any) -> tuple[Tensor, Any]:
        items = x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else [x]
        inputs, nested = [], False
        for item in items:
            if is_recording() and isinstance(item, Tensor) and item.requires_grad:
                inputs.append(ops.reshape(item, item.shape))  # so that f's graph begins here
                nested = True
            else:
                inputs.append(_input(item))

        def like_x(found: list[Tensor]) -> Any:
            if isinstance(x, dict):
                return dict(zip(x, found, strict=True))
            return found if isinstance(x, (list, tuple)) else found[0]

        with recording():
            value = f(like_x(inputs), *rest, **params)
            gradients = grad(value, inputs, create_graph=nested)
        return value if nested else value.detach(), like_x(gradients)

    return evaluate


def _input(x: Any) -> Tensor:
    """Return a leaf that shares the memory of ``x`` and requires a gradient."""
    leaf = x.detach() if isinstance(x, Tensor) else make_tensor(x)
    if leaf.dtype.kind != "f":
        raise TypeError(f"no gradient can be taken with respect to {leaf.dtype}: use a float.")
    leaf.requires_grad = True
    return leaf


def hvp(f: Callable[..., Tensor], inputs: Tensors, vectors: Any) -> Tensors:
    """Return the product of the Hessian of ``f`` at ``inputs`` with ``vectors``.

    It is the gradient of the inner product of the gradient with the vector (Pearlmutter 1994), at
    the cost of about two gradients; the Hessian itself is never formed.

    Parameters
    ----------
    f : callable
        ``f(*inputs)`` returns a scalar tensor.
    inputs : Tensor or list of Tensors
        Where; each requires a gradient (a model's parameters, say).
    vectors : tensor or array, or list of them
        As many as inputs, of their shapes.

    Returns
    -------
    Tensor or list of Tensors
        Like ``inputs``.
    """
    several = not isinstance(inputs, Tensor)
    xs: list[Tensor] = list(inputs) if several else [inputs]  # type: ignore[list-item]
    vs = list(vectors) if several else [vectors]
    if len(xs) != len(vs):
        raise ValueError(f"hvp() of {len(xs)} inputs was given {len(vs)} vectors.")
    for x, v in zip(xs, vs, strict=True):
        if np.shape(v) != np.shape(x):
            raise ValueError(
                f"hvp(): a vector of shape {np.shape(v)} for an input of {np.shape(x)}."
            )
    with recording():
        gradients = grad(f(*xs), xs, create_graph=True)
        slope = sum((g * v).sum() for g, v in zip(gradients, vs, strict=True))
    if isinstance(slope, Tensor) and slope.requires_grad:
        products = grad(slope, xs)
    else:  # f is linear
        products = [Tensor(np.zeros_like(x._data)) for x in xs]
    return products if several else products[0]
