"""What cannot be meant is refused where it is given, in an error that names the argument."""

import numpy as np
import pytest
from naming import shown

import minigrad as mg


def leaf(shape=(2, 3)):
    return mg.tensor(np.arange(1.0, 1 + np.prod(shape)).reshape(shape), requires_grad=True)


def square(x):
    return (x * x).sum()


NO_AXES = [1.5, np.nan, "a", [0], {}, object(), -7, 9, (0, 5), ("a",), 1j, int, (0, 1.5), (1, 1)]
NO_FLAGS = [None, 0, 1, "yes", [], np.nan, object]
NO_TENSORS = [None, 1.5, "a", [0], {}, object(), np.ones(2), int]
NO_FUNCTIONS = [1.5, "a", [0], {}, object(), np.ones(2), True]
NO_SHAPES = ["a", 1.5, ("a",), (1.5,), {}, object(), (7, 7)]
NO_NUMBERS = ["a", {}, object(), 1j, b"b", int, ("a",)]

REDUCTIONS = ["sum", "mean", "max", "min", "any", "all", "norm", "var", "std", "prod", "logsumexp"]
ALONG = ["softmax", "log_softmax", "cumsum", "flip", "squeeze", "expand_dims", "argmax", "argmin"]

TABLE = {
    **{
        f"{name}, axis": (
            lambda bad, name=name: getattr(mg, name)(leaf(), axis=bad),
            NO_AXES,
            "ax[ie]s",
        )
        for name in (*REDUCTIONS, *ALONG)
    },
    "concat, axis": (
        lambda bad: mg.concat([leaf(), leaf()], axis=bad),
        [1.5, "a", 9, -7],
        "axis|int",
    ),
    "stack, axis": (lambda bad: mg.stack([leaf(), leaf()], axis=bad), [1.5, "a", 9, -7], "axis"),
    "concat, tensors": (mg.concat, [[], (), leaf(()), np.array(1.0)], "concat"),
    "stack, tensors": (mg.stack, [[], (), leaf(()), np.array(1.0)], "stack"),
    "reshape": (lambda bad: leaf().reshape(bad), NO_SHAPES, "reshape"),
    "broadcast_to": (lambda bad: mg.broadcast_to(leaf(), bad), NO_SHAPES, "broadcast_to"),
    "pad": (
        lambda bad: mg.pad(leaf(), bad),
        [1.5, [0.5], True, -1, "a", 1j, (1, 2, 3)],
        "pad|broadcast",
    ),
    "key": (lambda bad: leaf()[bad], [1.5, "a", {}, 9, -7, (0, 0, 0), [0.5], 1j], "getitem"),
    "scatter, key": (lambda bad: mg.scatter(leaf(), bad, (4, 3)), ["a", 1.5, {}, 1j], "scatter"),
    "einsum": (
        lambda bad: mg.einsum(bad, leaf()),
        [None, 1, "ij,jk", "i", "...ijk", ["ij"]],
        "einsum",
    ),
    "correction": (
        lambda bad: mg.var(leaf(), correction=bad),
        [-1, np.nan, "a", None, [0]],
        "correction|not supported",
    ),
    "an operand": (lambda bad: leaf() + bad, [*NO_NUMBERS, None], "add"),
    "a matrix": (lambda bad: leaf() @ bad, NO_NUMBERS, "matmul"),
    "an alternative": (lambda bad: mg.where(leaf() > 1, leaf(), bad), NO_NUMBERS, "where|dtype"),
    "a list for an activation": (mg.gelu, ["a", None, {}, [1.0]], "gelu|dtype|float"),
    "softmax": (mg.softmax, ["a", None, {}, [1.0], 2.0], "softmax takes tensors"),
    "astype": (
        lambda bad: leaf().astype(bad),
        ["flaot", 1.5, {}, np.complex64, "f2", str],
        "dtype must be|a tensor holds",
    ),
    "tensor": (mg.tensor, [None, "flaot", {}, object(), 1j, b"b", int], "a tensor holds"),
    "tensor, dtype": (
        lambda bad: mg.tensor(1.0, dtype=bad),
        ["flaot", 1.5, {}, complex, "f2"],
        "dtype must be|a tensor holds",
    ),
    "tensor, requires_grad": (
        lambda bad: mg.tensor(1.0, requires_grad=bad),
        [*NO_FLAGS, mg.float64],
        "requires_grad must be True or False",
    ),
    "grad, output": (lambda bad: mg.grad(bad, leaf()), NO_TENSORS, "starts from a Tensor"),
    "grad, inputs": (
        lambda bad: mg.grad(square(leaf()), bad),
        [1.5, None, [1.0], ["a"]],
        "input|iter",
    ),
    "grad, grad_output": (
        lambda bad: mg.grad(square(x := leaf()), x, bad),
        [True, "a", 1j, [1.0], {}, np.ones(2)],
        "grad|a tensor holds",
    ),
    "grad, create_graph": (
        lambda bad: mg.grad(square(x := leaf()), x, create_graph=bad),
        NO_FLAGS,
        "create_graph is True or False",
    ),
    "backward, gradient": (
        square(leaf()).backward,
        [True, "a", 1j, [1.0], np.ones(2)],
        "backward|holds",
    ),
    "backward, retain_graph": (
        lambda bad: square(leaf()).backward(retain_graph=bad),
        NO_FLAGS,
        "retain_graph is True or False",
    ),
    "value_and_grad": (mg.value_and_grad, [*NO_FUNCTIONS, None], "takes a function"),
    "value_and_grad, x": (mg.value_and_grad(square), [None, "a", 1, 1j], "a tensor holds|float"),
    "value_and_grad, value": (
        lambda bad: mg.value_and_grad(lambda x: bad)(1.0),
        NO_TENSORS,
        "starts from a Tensor",
    ),
    "hvp, vector": (
        lambda bad: mg.hvp(square, leaf(), bad),
        [1.0, np.nan, np.ones(3), "a"],
        "vector",
    ),
    "primitive": (mg.primitive, [f for f in NO_FUNCTIONS], "takes functions or None"),
    "primitive, each": (
        lambda bad: mg.primitive(each=bad),
        NO_FUNCTIONS,
        "takes functions or None",
    ),
    "primitive, forward": (mg.primitive(), NO_FUNCTIONS, "above a function"),
    "gradcheck, inputs": (
        lambda bad: mg.gradcheck(square, bad),
        [[1.0], "a", np.ones(2)],
        "inputs",
    ),
    "gradcheck, order": (
        lambda bad: mg.gradcheck(square, leaf(), bad),
        [0, -1, 1.5, "a", None],
        "order",
    ),
    "gradcheck, eps": (
        lambda bad: mg.gradcheck(square, leaf(), eps=bad),
        [0, -1.0, np.nan, "a"],
        "eps",
    ),
    "gradcheck, rtol": (
        lambda bad: mg.gradcheck(square, leaf(), rtol=bad),
        [-1, np.nan, "a"],
        "rtol",
    ),
    "data": (
        lambda bad: setattr(leaf((2,)), "data", bad),
        [None, "a", {}, 1.5, [1.0], np.ones(3)],
        "cannot replace",
    ),
    "grad": (
        lambda bad: setattr(leaf(), "grad", bad),
        [1.5, "a", [0], {}, np.ones(2)],
        r"\.grad is",
    ),
    "item": (lambda bad: bad.item(), [leaf(), leaf((0,))], "one element"),
    "format": (lambda bad: format(leaf(), bad), [".3f", "d"], "one element"),
}


@pytest.mark.parametrize(
    ("call", "bad", "named"),
    [
        pytest.param(call, bad, named, id=f"{what}: {shown(bad)}"[:60])
        for what, (call, wrong, named) in TABLE.items()
        for bad in wrong
    ],
)
def test_what_cannot_be_meant_is_refused(call, bad, named):
    with pytest.raises((TypeError, ValueError, IndexError), match=named):
        call(bad)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: mg.sum(x, dim=0),
        lambda x: x.mean(dim=0),
        lambda x: mg.softmax(x, dim=0),
        lambda x: mg.concat([x, x], dim=0),
        lambda x: mg.stack([x, x], dim=0),
        lambda x: mg.cumsum(x, dim=0),
        lambda x: mg.prod(x, dim=0),
        lambda x: mg.squeeze(x, dim=0),
        lambda x: mg.take_along_axis(x, [[0]], dim=0),
        lambda x: x.argmax(dim=0),
    ],
)
def test_dim_is_answered_with_axis(call):
    with pytest.raises(TypeError, match="it is called axis here"):
        call(leaf())


def test_keepdim_is_answered_with_keepdims():
    for call in (mg.sum, mg.prod, mg.norm):
        with pytest.raises(TypeError, match="it is called keepdims here"):
            call(leaf(), axis=0, keepdim=True)
