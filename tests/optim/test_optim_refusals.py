"""What an optimizer refuses, and the reason that it gives."""

import numpy as np
import pytest
from steps import parameters

import minigrad as mg


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: mg.optim.SGD([], lr=0.1), "no parameters"),
        (lambda p: mg.optim.SGD([{"params": []}], lr=0.1), "a group has no parameters"),
        (lambda p: mg.optim.SGD(p, lr=0.1), "iterable of tensors"),
        (lambda p: mg.optim.SGD([p.numpy()], lr=0.1), "is a ndarray, not a Tensor"),
        (lambda p: mg.optim.SGD([mg.tensor([1.0])], lr=0.1), "does not require a gradient"),
        (lambda p: mg.optim.SGD([p * 2], lr=0.1), "result of an operation"),
        (lambda p: mg.optim.SGD([p, p], lr=0.1), r"parameter 1 of shape \(3, 4\).*twice"),
        (lambda p: mg.optim.SGD([("w", p), ("w2", p)], lr=0.1), "parameter 'w2'.*twice"),
        (lambda p: mg.optim.SGD([p], lr=-0.1), "lr is a number, 0 or more"),
        (lambda p: mg.optim.SGD([p], lr=float("nan")), "lr is a number, 0 or more"),
        (
            lambda p: mg.optim.SGD([p], lr="0.1"),
            "lr is a number, 0 or more, or a function of the step",
        ),
        (lambda p: mg.optim.SGD([p], lr=lambda t: -1.0), "lr at step 0 is a number, 0 or more"),
        (
            lambda p: mg.optim.SGD([p], lr=0.1, momentum=1.0),
            "momentum is a number from 0 to below 1",
        ),
        (lambda p: mg.optim.Adam([p], betas=0.9), "betas is a pair of numbers"),
        (lambda p: mg.optim.Adam([p], betas=(0.9, 1.0)), "betas is a number from 0 to below 1"),
        (
            lambda p: mg.optim.NAdam([p], momentum_decay=-1.0),
            "momentum_decay is a number, 0 or more",
        ),
        (lambda p: mg.optim.SGD([p], lr=0.1, form="fast"), "form is one of 'heavy_ball'"),
        (lambda p: mg.optim.SGD([p], lr=0.1, nesterov=True), "nesterov needs a momentum"),
        (
            lambda p: mg.optim.SGD([p], 0.1, momentum=0.5, dampening=0.1, form="average"),
            "belongs to form='heavy_ball'",
        ),
        (lambda p: mg.optim.SGD([{"params": [p], "rate": 1}], lr=0.1), "no option rate"),
        (lambda p: mg.optim.SGD([{"lr": 1}], lr=0.1), "a dict with 'params'"),
        (lambda p: mg.optim.SGD([{"params": [p]}, p], lr=0.1), "every group is a dict"),
    ],
)
def test_what_cannot_be_optimized_is_refused_with_the_reason(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make(parameters()[0])


def test_a_missing_gradient_names_the_parameter_and_nothing_is_updated():
    a, b = parameters()[:2]
    before = a.numpy().copy()
    for given, name in (([a, b], "parameter 1"), ([("w", a), ("b", b)], "parameter 'b'")):
        opt = mg.optim.SGD(given, lr=0.1)
        a.grad = mg.tensor(np.ones(a.shape))
        with pytest.raises(RuntimeError, match=rf"{name} of shape \(4,\) has no gradient"):
            opt.step()
        assert np.array_equal(a.numpy(), before) and opt.steps == 0


def test_a_gradient_of_another_shape_is_refused():
    a = parameters()[0]
    opt = mg.optim.SGD([a], lr=0.1)
    a.grad = mg.tensor(np.ones(4))
    with pytest.raises(ValueError, match=r"shape \(3, 4\) and a gradient of shape \(4,\)"):
        opt.step()


@pytest.mark.parametrize("done", [-1, 1.5, "1", None, True])
def test_the_steps_that_were_done_are_counted(done):
    optimizer = mg.optim.Adam([mg.tensor([1.0], requires_grad=True)])
    with pytest.raises((TypeError, ValueError), match="Adam: steps is an integer, 0 or more; got"):
        optimizer.steps = done
    assert optimizer.steps == 0
    optimizer.steps = np.int64(3)
    assert optimizer.steps == 3
