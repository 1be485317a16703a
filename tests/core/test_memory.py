"""A tensor that changed between forward and backward is reported, by whatever way it changed."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.optim import SGD

CHANGED = r"argument of multiply, shape \(3, 2\), was changed in place .* change it after backward"


def leaf():
    return mg.tensor(np.arange(6.0).reshape(3, 2) + 1, requires_grad=True)


def square(x):
    return (x * x).sum()


# Every public way in


def by_setting_an_element_of_data(x):
    x.data[0, 0] = 7.0


def by_assigning_data(x):
    x.data = np.full(x.shape, 7.0)


def by_adding_to_data(x):
    x.data += 1.0


def by_assigning_part_of_data(x):
    x.data[1:] -= 0.5


def by_numpy(x):
    x.numpy()[0] = 7.0


def by_a_view_of_what_was_handed_out(x):
    x.data.T[:, ::2].reshape(2, -1)[1, 0] = 7.0
    np.ravel(x.data)[0] = 7.0


def by_the_out_argument_of_a_ufunc(x):
    np.negative(x.data, out=x.data)


def by_a_ufunc_at(x):
    np.add.at(x.data, ([0, 0], [1, 1]), 1.0)


def by_sorting(x):
    x.data[::-1].sort(axis=0)


def by_numpy_copyto(x):
    np.copyto(x.numpy(), 7.0)


def by_setitem(x):
    with mg.no_grad():
        x[0, 0] = 7.0


def by_setitem_with_a_tensor(x):
    with mg.no_grad():
        x[mg.tensor([True, False, True])] = mg.tensor([7.0, 8.0])


def by_iadd(x):
    with mg.no_grad():
        x += 1.0


def by_isub(x):
    with mg.no_grad():
        x -= 0.1 * x


def by_imul(x):
    with mg.no_grad():
        x *= 2.0


def by_itruediv(x):
    with mg.no_grad():
        x /= 2.0


def through_detach(x):
    x.detach().data[0] = 7.0


def through_detach_in_place(x):
    y = x.detach()
    y += 1.0


def through_a_transposed_view(x):
    with mg.no_grad():
        x.T[0, 0] = 7.0


def through_a_reshaped_view(x):
    x.reshape(6).data[5] = 70.0


def through_a_sliced_view(x):
    with mg.no_grad():
        x[1:] += 1.0


def through_a_row(x):
    for row in x:
        row.data[0] = 7.0


def through_a_view_of_a_view(x):
    mg.expand_dims(x.T[1:], 0).data[...] = 7.0


def through_an_unchanged_type(x):
    x.astype(mg.float64).data[0] = 7.0


def through_einsum(x):
    mg.einsum("ij->ji", x).data[0] = 7.0


WAYS = [f for name, f in list(globals().items()) if name.startswith(("by_", "through_"))]


@pytest.mark.parametrize("change", WAYS, ids=lambda f: f.__name__)
def test_a_change_is_noticed(change):
    x = leaf()
    loss = square(x)
    change(x)
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()
    assert x.grad is None


@pytest.mark.parametrize("change", WAYS, ids=lambda f: f.__name__)
def test_a_change_through_what_was_taken_before_the_forward_is_noticed(change):
    x = leaf()
    view = mg.expand_dims(x, 0)[0]  # shares the memory of x
    loss = square(x)
    change(view)
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()


@pytest.mark.parametrize("change", WAYS, ids=lambda f: f.__name__)
def test_a_change_of_an_intermediate_is_noticed(change):
    x = leaf()
    y = x + 1.0
    loss = square(y)
    change(y)
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()


@pytest.mark.parametrize("change", WAYS, ids=lambda f: f.__name__)
def test_a_change_before_the_forward_or_after_backward_is_no_matter(change):
    x = leaf()
    change(x)
    square(x).backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)
    change(x)
    x.grad = None
    square(x).backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)


def test_an_array_kept_from_before_is_watched():
    x = leaf()
    kept = x.data
    loss = square(x)
    kept[0] = 7.0
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()


def test_a_change_of_a_constant_is_noticed():
    x, c = leaf(), mg.tensor(np.ones((3, 2)))
    loss = (x * c).sum()
    c += 1.0
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()


def test_a_change_of_a_result_that_its_derivative_reads_is_noticed():
    y = mg.exp(leaf())
    y.data[0] = 7.0
    with pytest.raises(RuntimeError, match=r"the result of exp, .* was changed in place"):
        y.sum().backward()


def test_a_change_of_indices_is_noticed():
    x, i = leaf(), mg.tensor([0, 1])
    loss = (x[i] * 3.0).sum()
    i.data[:] = 2
    with pytest.raises(RuntimeError, match=r"argument of getitem, .* was changed in place"):
        loss.backward()


def test_a_change_between_two_uses_is_noticed():
    x = leaf()
    first = square(x)
    x.data[0] = 7.0
    second = square(x)
    with pytest.raises(RuntimeError, match=CHANGED):
        (first + second).backward()


def test_a_change_is_noticed_by_grad_and_at_second_order():
    x = leaf()
    loss = square(x)
    g = mg.grad(loss, x, create_graph=True)
    x.data[0] = 7.0
    with pytest.raises(RuntimeError, match=CHANGED):
        mg.grad(loss, x)
    with pytest.raises(RuntimeError, match="was changed in place"):
        mg.grad((g * g).sum(), x)


def test_a_change_that_a_retained_graph_has_outlived_is_noticed():
    x = leaf()
    loss = square(x)
    loss.backward(retain_graph=True)
    x.data[0] = 7.0
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()


# Those who write for a living


def two_layers():
    rng = np.random.default_rng(0)
    return mg.nn.Sequential(mg.nn.Linear(2, 4, rng=rng), mg.nn.Tanh(), mg.nn.Linear(4, 1, rng=rng))


def loss_of(model):
    return (model(mg.tensor([[1.0, 2.0], [3.0, -1.0]])) ** 2.0).mean()


def test_loading_a_state_between_forward_and_backward_is_noticed():
    model = two_layers()
    state = {name: 2 * array for name, array in model.state_dict().items()}
    loss = loss_of(model)
    model.load_state_dict(state)
    with pytest.raises(RuntimeError, match="was changed in place"):
        loss.backward()


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
    with pytest.raises(RuntimeError, match=CHANGED):
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


# No false alarm


def test_reading_is_never_reported():
    x = leaf()
    y = x * x
    loss = y.sum()
    x.data, x.numpy(), repr(x), x[0, 0].item(), y.data.sum(), float(loss), x.tolist()
    np.array(x.detach())[0] = 7.0  # a copy
    mg.tensor(x).data[0] = 7.0  # another
    loss.backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)


def test_writing_the_same_numbers_back_from_outside_is_no_change():
    x = leaf()
    loss = square(x)
    x.data[0] = x.data[0].copy()
    loss.backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)


def test_a_change_of_other_memory_is_never_reported():
    x, other = leaf(), leaf()
    other.data[0] = 1.0
    loss = square(x) + other.sum()
    unrelated = mg.tensor(x)
    unrelated.data[0] = 7.0
    unrelated += 1.0
    leaf().data[0] = 7.0
    loss.backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)


def test_nan_that_stays_is_no_change():
    x = mg.tensor([np.nan, 1.0], requires_grad=True)
    x.data  # noqa: B018
    loss = square(x)
    loss.backward()
    np.testing.assert_array_equal(x.grad.data, [np.nan, 2.0])


def test_an_empty_tensor_can_be_handed_out():
    x = mg.tensor(np.zeros((0, 3)), requires_grad=True)
    x.data  # noqa: B018
    square(x).backward()
    assert x.grad.shape == (0, 3)


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


def test_the_last_result_may_be_overwritten_after_backward():
    x = leaf()
    y = x * x
    y.sum().backward()
    y.data[...] = 0
    y = y.detach()
    y += 1
    assert (y.data == 1).all()
