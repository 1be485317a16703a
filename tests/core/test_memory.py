"""A tensor that changed between forward and backward is reported, by whatever way it changed."""

import numpy as np
import pytest
from written import leaf, loss_of, square, two_layers

import minigrad as mg

CHANGED = r"argument of multiply, shape \(3, 2\), was changed in place .* change it after backward"


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


def test_loading_a_state_between_forward_and_backward_is_noticed():
    model = two_layers()
    state = {name: 2 * array for name, array in model.state_dict().items()}
    loss = loss_of(model)
    model.load_state_dict(state)
    with pytest.raises(RuntimeError, match="was changed in place"):
        loss.backward()


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


def test_the_last_result_may_be_overwritten_after_backward():
    x = leaf()
    y = x * x
    y.sum().backward()
    y.data[...] = 0
    y = y.detach()
    y += 1
    assert (y.data == 1).all()
