"""Arrays that others hold, and may change: gradients stay right, and training goes on."""

import numpy as np
import pytest
from written import leaf, loss_of, square, two_layers

import minigrad as mg
from minigrad.optim import SGD

# Plain arrays, which nothing watches: a recorded result keeps copies

ARRAY = np.array([[1.0, 2.0], [3.0, 4.0]])
USES = {
    "a factor": lambda w, a: w * a,
    "a factor on the left": lambda w, a: a * w,
    "a divisor": lambda w, a: w / a,
    "a matrix": lambda w, a: w @ a,
    "a matrix on the left": lambda w, a: a @ w,
    "an exponent": lambda w, a: w**a,
    "a base": lambda w, a: a**w,
    "the greater": lambda w, a: mg.maximum(w, a),
    "a term of an einsum": lambda w, a: mg.einsum("ij,jk->ik", w, a),
    "a mask": lambda w, a: mg.where(a > 2, w, 0.0) + _where(a > 2, w),
    "a bound": lambda w, a: mg.clip(w, a, None),
    "an argument by name": lambda w, a: _scaled(w, scale=a),
    "a list": lambda w, a: _by_list(w, a),
    "a batch of a layer": lambda w, a: mg.nn.Linear(2, 2, dtype=mg.float64)(a) @ w,
}


def _where(mask, w):
    y = mg.where(mask, w, -w)
    mask[...] = False
    return y


@mg.primitive(lambda g, y, x, *, scale: g * scale)
def _scaled(x, *, scale):
    return x * scale


def _by_list(w, a):
    row = [1.0, 2.0]
    y = w * row
    row[:] = [7.0, 8.0]
    return y


@pytest.mark.parametrize("use", USES)
def test_an_array_may_change_between_forward_and_backward(use):
    rng = np.random.default_rng
    gradients = []
    for change in (False, True):
        mg.seed(0)
        w = mg.tensor(1 + rng(0).random((2, 2)), requires_grad=True)
        a = ARRAY.copy()
        y = (USES[use](w, a) * rng(1).random((2, 2))).sum()
        if change:
            a[...] = 0.5
        gradients.append(mg.grad(y, w, create_graph=True))
    np.testing.assert_array_equal(*(g.numpy() for g in gradients))


def test_indices_and_labels_may_change_between_forward_and_backward():
    x, indices, labels = leaf(), np.array([0, 1]), np.array([1, 0, 1])
    loss = x[indices].sum() + mg.take(x, indices, axis=0).sum() + mg.nn.cross_entropy(x, labels)
    expected = mg.grad(loss, x).numpy()
    loss = x[indices].sum() + mg.take(x, indices, axis=0).sum() + mg.nn.cross_entropy(x, labels)
    indices[:], labels[:] = 2, 0
    np.testing.assert_array_equal(mg.grad(loss, x).numpy(), expected)


def test_an_array_that_is_filled_anew_in_a_loop_gives_each_time_its_own_gradient():
    w, buffer, total = mg.tensor(np.ones(2), requires_grad=True), np.zeros(2), 0.0
    for k in range(3):
        buffer[:] = k
        total = total + (w * buffer).sum()
    assert mg.grad(total, w).numpy().tolist() == [3, 3]


# Looking costs nothing afterwards, and what was handed out stays the tensor's own


def test_memory_that_nobody_holds_any_more_is_not_watched():
    for read in (lambda x: x.data, lambda x: x.numpy()[0], lambda x: x.data.T[0]):
        x = leaf()
        read(x)
        square(x).backward()
        assert x._memory.checksum is None


def test_memory_is_watched_while_anything_made_from_what_was_handed_out_is_held():
    x = leaf()
    row = x.data[0]
    for _ in range(2):
        square(x).backward()
        assert x._memory.checksum is not None
    loss = square(x)
    row[0] = 7.0
    with pytest.raises(RuntimeError, match="was changed in place"):
        loss.backward()
    del row
    square(x).backward()
    assert x._memory.checksum is None


TAKEN = {
    "data": lambda w: w.data,
    "numpy": lambda w: w.numpy(),
    "a part": lambda w: w.data[0],
    "a memoryview": lambda w: np.asarray(memoryview(w.data)),
    "detach": lambda w: w.detach(),
    "a part of detach": lambda w: w.detach()[1],
    "an array it was made over": lambda w: w._data,
}


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("rule", [SGD, mg.optim.Adam, mg.optim.RMSprop])
def test_what_was_taken_before_an_optimizer_was_made_follows_its_steps(taken, rule):
    w = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    handle = TAKEN[taken](w)
    opt = rule([w], lr=0.1)
    for _ in range(3):
        before = w.numpy().copy()
        w.grad = None
        square(w).backward()
        opt.step()
        assert not np.array_equal(before, w.numpy())
        np.testing.assert_array_equal(
            np.asarray(handle), np.asarray(TAKEN[taken](w)), err_msg="left behind"
        )


@pytest.mark.parametrize("taken", TAKEN)
def test_a_write_through_what_was_taken_before_an_optimizer_was_made_arrives(taken):
    w = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    handle = TAKEN[taken](w)
    opt = SGD([w], lr=0.5)
    array = handle.data if isinstance(handle, mg.Tensor) else handle
    array[...] = 7.0
    assert (TAKEN[taken](w) == 7).all()
    w.sum().backward()
    opt.step()
    assert (np.asarray(handle) == 6.5).all()


def test_a_parameter_moves_to_the_optimizers_memory_once_nobody_has_its_own():
    def train(hold):
        model = two_layers()
        held = [p.data for p in model.parameters()] if hold else None
        opt = mg.optim.Adam(model.parameters(), lr=0.1)
        losses = []
        for step in range(6):
            if step == 3:
                held = None
            opt.zero_grad()
            loss = loss_of(model)
            loss.backward()
            opt.step()
            losses.append(loss.item())
        (flat,) = opt.flats[0]
        assert held is None and all(np.shares_memory(flat.theta, p._data) for p in flat.params)
        return losses

    assert train(hold=True) == train(hold=False)


# Training, whatever is read or written on the way


def with_no_grad(parameters):
    with mg.no_grad():
        for p in parameters:
            p -= 0.1 * p.grad


def with_data(parameters):
    for p in parameters:
        p.data -= 0.1 * p.grad.data


def with_data_and_a_tensor(parameters):
    for p in parameters:
        p.data -= 0.1 * p.grad.numpy()
        p.data[0] *= 1.0


@pytest.mark.parametrize("update", [with_no_grad, with_data, with_data_and_a_tensor])
def test_plain_training_loops_run_and_learn(update):
    model = two_layers()
    losses = []
    for _ in range(30):
        loss = loss_of(model)
        model.zero_grad()
        loss.backward()
        update(model.parameters())
        [p.data.max() for p in model.parameters()]
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]


def test_a_loop_with_an_optimizer_runs_and_learns_whatever_is_read():
    model = two_layers()
    optimizer = SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(30):
        loss = loss_of(model)
        optimizer.zero_grad()
        loss.backward()
        [(p.data.max(), p.grad.numpy().max()) for p in model.parameters()]
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]
