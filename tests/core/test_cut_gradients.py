"""A gradient that cannot flow is an error, never a zero."""

import numpy as np
import pytest

import minigrad as mg


def leaf(*values):
    return mg.tensor(np.array(values), requires_grad=True)


@mg.primitive(lambda g, y, a, b: g * b)
def half_known(a, b):
    return a * b


@mg.primitive()
def unknown(a):
    return 2 * a


@mg.primitive(None, lambda g, y, a, b: g)
def jumping(a, b):
    return np.floor(a) + b


# Where no derivative is declared


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda w: half_known(w, w), 1),
        (lambda w: half_known(np.ones(2), w), 1),
        (lambda w: half_known(b=w, a=np.ones(2)), 1),
        (unknown, 0),
        (lambda w: mg.nn.cross_entropy(mg.tensor(np.ones((2, 2)), True), w), None),
    ],
)
def test_a_tensor_that_requires_a_gradient_is_refused_where_there_is_no_derivative(call, argument):
    with pytest.raises(TypeError) as caught:
        call(leaf(1.0, 2.0))
    if argument is not None:
        assert f"no derivative with respect to argument {argument}" in str(caught.value)
        assert "detach()" in str(caught.value)


def test_without_recording_no_derivative_is_missed():
    w = leaf(1.0, 2.0)
    with mg.no_grad():
        assert unknown(w).tolist() == [2, 4]
    assert half_known(w, w.detach()).requires_grad
    assert unknown(w.detach()).tolist() == [2, 4]


def test_none_declares_that_nothing_flows_back():
    w, v = leaf(1.5), leaf(2.5)
    assert [g.item() for g in mg.grad(jumping(w, v), [w, v])] == [0, 1]


@pytest.mark.parametrize("ask", [mg.argmax, mg.isnan, mg.logical_not, lambda w: w > 0, mg.any])
def test_a_question_has_an_answer_and_no_gradient(ask):
    answer = ask(leaf(1.0, 2.0))
    assert not answer.requires_grad and answer.dtype.kind in "bi"


def test_a_sign_has_the_derivative_0():
    w = leaf(-1.0, 2.0)
    assert mg.grad(mg.sign(w).sum(), w).tolist() == [0, 0]


def test_the_bounds_of_clip_get_the_gradient_where_they_hold():
    x, low, high = leaf(-2.0, 0.0, 2.0, 3.0), leaf(-1.0), leaf(1.0)
    gradients = mg.grad(mg.clip(x, low, high).sum(), [x, low, high])
    assert [g.tolist() for g in gradients] == [[0, 1, 0, 0], [1], [2]]
    assert mg.grad(mg.clip(x, None, high).sum(), high).tolist() == [2]
    assert mg.grad(mg.clip(x, high=high, low=None).sum(), high).tolist() == [2]
    crossed = mg.clip(leaf(0.5), leaf(2.0), high)  # NumPy's answer is the upper bound
    assert mg.grad(crossed, high).tolist() == [1]
    parts = [leaf(*np.linspace(-2, 2, 6)), leaf(-0.5), leaf(0.7)]
    assert mg.gradcheck(mg.clip, parts, order=2)


# Tensors in lists


@pytest.mark.parametrize("wrap", [list, tuple])
@pytest.mark.parametrize(
    "call",
    [
        lambda x, pair: x * pair,
        lambda x, pair: pair + x,
        lambda x, pair: x @ pair,
        lambda x, pair: x**pair,
        lambda x, pair: x > pair,
        lambda x, pair: mg.maximum(x, pair),
        lambda x, pair: mg.where(x > 0, x, pair),
        lambda x, pair: mg.mean(pair),
        lambda x, pair: mg.exp(pair),
        lambda x, pair: mg.clip(x, pair, None),
        lambda x, pair: mg.nn.mse_loss(x, pair),
        lambda x, pair: mg.tensor(pair),
    ],
)
def test_a_list_of_tensors_is_refused_and_stack_is_named(call, wrap):
    w = leaf(2.0, 3.0)
    with pytest.raises(TypeError, match=r"mg\.stack"):
        call(leaf(1.0, 1.0), wrap([w[0] * 2, w[1]]))


# NumPy


@pytest.mark.parametrize(
    "call",
    [
        lambda w: np.concatenate([w, w]),
        lambda w: np.stack([w, w]),
        lambda w: np.reshape(w, (2, 1)),
        lambda w: np.clip(w, 0, 1),
        lambda w: np.where(np.array([True, False]), w, 0),
        lambda w: np.dot(w, np.ones(2)),
        lambda w: np.einsum("i->", w),
        lambda w: np.array([w[0], w[1]]),
        lambda w: np.median(w),
        lambda w: np.linalg.norm(w),
        lambda w: np.allclose(w, 1.0),
        lambda w: np.array(w),
        np.asarray,
        np.cumsum,
        np.sum,
        np.mean,
        np.std,
        np.prod,
        np.max,
        np.sort,
        np.ravel,
        np.transpose,
        np.squeeze,
        np.exp,
        np.sin,
        np.array_repr,
    ],
)
def test_a_function_of_numpys_does_not_cut_a_tensor_off_from_its_gradient(call):
    for w in (leaf(1.0, 2.0), leaf(1.0, 2.0) * 2):
        try:
            result = call(w)
        except TypeError as error:
            assert "minigrad" in str(error) or "Tensor" in str(error) or "ufunc" in str(error)
        else:
            assert isinstance(result, mg.Tensor) and result.requires_grad


def test_numpy_takes_the_numbers_of_what_carries_no_gradient():
    w = leaf(1.0, 2.0)
    assert np.concatenate([w.detach(), w.numpy()]).tolist() == [1, 2, 1, 2]
    with mg.no_grad():
        assert np.median(w) == 1.5
    assert np.allclose(mg.tensor([1.0, 2.0]), [1, 2])


# Copies


def test_a_result_is_not_pickled_or_copied_without_its_graph():
    import copy
    import pickle

    w = leaf(1.0, 2.0)
    y = w * 2
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=r"multiply.*detach\(\)"):
            way(y)
        for fine in (w, y.detach()):
            way(fine)
    assert pickle.loads(pickle.dumps(y.detach())).tolist() == [2, 4]
    assert pickle.loads(pickle.dumps(mg.exp)) is mg.exp


def test_a_gradient_is_a_tensor():
    w = leaf(1.0, 2.0)
    for wrong in (np.zeros(2), [0.0, 0.0], 0.0):
        with pytest.raises(TypeError, match=r"\.grad is a Tensor or None.*mg\.tensor"):
            w.grad = wrong
    w.grad = mg.tensor(np.ones(2))
    (w * w).sum().backward()
    assert w.grad.tolist() == [3, 5]
