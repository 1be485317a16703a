"""Errors teach: they name the operation, what it was given, and the way out."""

import re

import numpy as np
import pytest

import minigrad as mg


@pytest.fixture
def x():
    return mg.tensor(np.ones((3, 2)), requires_grad=True)


# Shapes


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        (lambda x: x + mg.tensor(np.ones((4, 2))), r"add of .*\(3, 2\).* and .*\(4, 2\)"),
        (lambda x: np.ones(3) * x, r"multiply of .*\(3,\).* and .*\(3, 2\)"),
        (lambda x: mg.maximum(x, np.ones(3)), r"maximum of .*\(3, 2\).* and .*\(3,\)"),
        (lambda x: x @ x, r"matmul of shape \(3, 2\) and shape \(3, 2\): .*columns.*rows"),
        (lambda x: np.ones(4) @ x, r"matmul of shape \(4,\) and shape \(3, 2\)"),
        (lambda x: x @ np.ones(3), r"matmul of shape \(3, 2\) and shape \(3,\)"),
        (lambda x: x @ 2.0, r"matmul of shape \(3, 2\) and shape \(\): .*`\*`"),
        (lambda x: mg.concat([x, np.ones(2)]), r"concat of .*\(3, 2\).* and .*\(2,\)"),
        (lambda x: mg.stack([x, x[0]]), r"stack: .*equal.*\(2,\), \(3, 2\)"),
        (lambda x: mg.where(x > 0, x, np.ones(3)), r"where of .*\(3, 2\).* and .*\(3,\)"),
        (lambda x: x.reshape(4), r"reshape of .*\(3, 2\).* into shape \(4,\)"),
        (lambda x: mg.broadcast_to(x, (3, 5)), r"broadcast_to of .*\(3, 2\).*\(3,5\)"),
        (lambda x: mg.squeeze(x, axis=1), r"squeeze: of shape \(3, 2\) axis 1 .* length 1"),
        (lambda x: mg.einsum("ij,jk->ik", x, x), r"einsum of .*\(3, 2\).* and .*\(3, 2\)"),
        (lambda x: mg.einsum("ijk->i", x), r"einsum: 'ijk->i' .*\(3, 2\)"),
        (lambda x: x[7], r"getitem of .*\(3, 2\).*index 7"),
        (lambda x: x[0, 0, 0], r"getitem of .*\(3, 2\).*too many indices"),
        (lambda x: mg.take_along_axis(x, [0], axis=0), r"take_along_axis: .*\(1,\).*\(3, 2\)"),
        (lambda x: mg.pad(x, -1), "pad: widths must not be negative, got -1"),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_the_operation(x, operation, named):
    with pytest.raises((ValueError, IndexError), match=named):
        operation(x)


@pytest.mark.parametrize(
    "operation",
    [
        lambda x: x.sum(axis=2),
        lambda x: x.mean(axis=-3),
        lambda x: x.max(axis=(0, 2)),
        lambda x: mg.var(x, axis=2),
        lambda x: mg.std(x, axis=2),
        lambda x: mg.prod(x, axis=2),
        lambda x: mg.norm(x, axis=2),
        lambda x: mg.softmax(x, axis=2),
        lambda x: mg.log_softmax(x, axis=2),
        lambda x: mg.logsumexp(x, axis=2),
        lambda x: mg.cumsum(x, axis=2),
        lambda x: mg.flip(x, axis=2),
        lambda x: mg.flip(x, axis=(0, -3)),
        lambda x: mg.take(x, [0], axis=2),
        lambda x: mg.take_along_axis(x, [[0]], axis=2),
        lambda x: mg.permute_dims(x, (0, 2)),
        lambda x: mg.transpose(x, (0, -3)),
        lambda x: mg.squeeze(x, axis=2),
        lambda x: mg.expand_dims(x, axis=3),
        lambda x: mg.concat([x, x], axis=2),
        lambda x: mg.stack([x, x], axis=3),
    ],
)
def test_an_axis_that_is_not_there_is_an_error(x, operation):
    with pytest.raises((ValueError, IndexError), match=r"axis|axes"):
        operation(x)


# Types


@pytest.mark.parametrize("data", [1, [1, 2], True, np.arange(3)])
def test_integers_cannot_require_a_gradient(data):
    with pytest.raises(TypeError, match=r"only float tensors .* (int|bool).*write 1\.0"):
        mg.tensor(data, requires_grad=True)


def test_an_integer_made_to_require_a_gradient_later_is_refused_at_the_latest_by_backward():
    i = mg.tensor([1, 2])
    with pytest.raises(TypeError, match="only float tensors can require a gradient"):
        i.requires_grad = True
        (i * 2.5).sum().backward()


@pytest.mark.parametrize("wrap", [list, tuple, lambda pair: [list(pair)]])
def test_a_list_of_tensors_points_to_stack(wrap):
    pair = mg.tensor(1.0), mg.tensor(2.0)
    with pytest.raises(TypeError, match=r"list of Tensors.*mg\.stack"):
        mg.tensor(wrap(pair))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (1j, "complex128"),
        (np.ones(2, np.float16), "float16"),
        (np.ones(2, np.longdouble), str(np.dtype(np.longdouble))),
        (["a", "b"], "<U1"),
        (None, "object"),
        (np.datetime64("2020-01-01"), "datetime64"),
    ],
)
def test_what_a_tensor_cannot_hold_is_named(data, named):
    if named == "float64":
        pytest.skip("long double is double on this machine")
    with pytest.raises(TypeError, match=rf"float32, float64, .* not {named}.*dtype=mg\.float32"):
        mg.tensor(data)


def test_a_result_that_a_tensor_cannot_hold_is_refused(x):
    with pytest.raises(TypeError, match=r"multiply .*complex128"):
        x * 1j


@pytest.mark.parametrize("other", ["a", None, object()])
def test_an_operand_that_is_no_number_is_refused_by_name(x, other):
    with pytest.raises(TypeError, match=r"add of .*\(3, 2\)"):
        x + other


def test_item_of_many_points_to_numpy(x):
    for read in (x.item, x.__float__, x.__int__, x.__bool__):
        with pytest.raises(ValueError, match=r"one element.*\(3, 2\).*\.numpy\(\)"):
            read()


# Differentiating


def test_backward_from_more_than_one_number_asks_for_a_reduction(x):
    with pytest.raises(RuntimeError, match=r"backward\(\) .*\(3, 2\).*\.sum\(\) or \.mean\(\)"):
        (x * x).backward()
    with pytest.raises(RuntimeError, match=r"grad\(\) .*\(3, 2\).*grad_output"):
        mg.grad(x * x, x)


def freed_by_backward(x):
    loss = (x * x).sum()
    loss.backward()
    return loss


def freed_by_grad(x):
    loss = (x * x).sum()
    mg.grad(loss, x)
    return loss


def freed_in_part(x):
    y = x * x
    y.sum().backward()
    return y.mean()


@pytest.mark.parametrize("freed", [freed_by_backward, freed_by_grad, freed_in_part])
def test_a_freed_graph_says_how_to_keep_it(x, freed):
    loss = freed(x)
    for again in (loss.backward, lambda: mg.grad(loss, x)):
        with pytest.raises(RuntimeError, match=r"has been freed .*retain_graph=True.*create_graph"):
            again()


def test_backward_from_what_was_not_recorded_says_why(x):
    with mg.no_grad():
        unrecorded = (x * x).sum()
    for start in (unrecorded, x.detach().sum(), mg.tensor(1.0)):
        with pytest.raises(RuntimeError, match=r"not recorded.*requires_grad=True.*no_grad"):
            start.backward()


def test_a_gradient_of_another_shape_is_refused(x):
    with pytest.raises(ValueError, match=r"\(3, 2\) .* gradient of shape \(2,\)"):
        (x * x).backward(np.ones(2))
    with pytest.raises(ValueError, match=r"\(3, 2\) .* gradient of shape \(\)"):
        mg.grad(x * x, x, grad_output=1.0)


def test_a_gradient_that_is_no_number_is_refused(x):
    for nonsense in (np.full((3, 2), "a"), np.full((3, 2), 1j)):
        with pytest.raises(TypeError, match="a tensor holds float32"):
            (x * x).backward(nonsense)


def test_grad_of_an_input_that_requires_none_names_it(x):
    other = mg.tensor(1.0)
    for stranger in (other, np.ones(2), 1.0):
        with pytest.raises(ValueError, match="input 1 does not require a gradient"):
            mg.grad((x * x).sum(), [x, stranger])


def test_hvp_wants_a_vector_for_each_input(x):
    with pytest.raises(ValueError, match="1 inputs was given 2 vectors"):
        mg.hvp(lambda x: (x * x).sum(), [x], [x, x])


def test_value_and_grad_at_an_integer_is_refused():
    with pytest.raises(TypeError, match="int64: use a float"):
        mg.value_and_grad(lambda x: x * x)(3)


@pytest.mark.parametrize("wrong", [0.0, None, np.zeros((2, 3)), np.zeros(()), np.zeros((5, 3, 4))])
def test_a_derivative_of_the_wrong_shape_names_its_primitive(x, wrong):
    @mg.primitive(lambda g, y, x: wrong)
    def mine(x):
        return 2 * x

    with pytest.raises((TypeError, ValueError), match=r"derivative of mine .*\(3, 2\)"):
        mine(x).sum().backward()


def test_a_forward_that_returns_nothing_is_named(x):
    @mg.primitive(lambda g, y, x: g)
    def forgetful(x):
        2 * x

    with pytest.raises(TypeError, match="forgetful"):
        forgetful(x)


# In place


def test_an_in_place_operator_on_a_recorded_leaf_points_to_no_grad():
    p = mg.tensor([1.0, 2.0], requires_grad=True)
    for symbol, name in [("+=", "iadd"), ("-=", "isub"), ("*=", "imul"), ("/=", "itruediv")]:
        with pytest.raises(RuntimeError, match=rf"{re.escape(symbol)} .*with mg\.no_grad\(\):"):
            getattr(p, f"__{name}__")(1.0)
    assert p.data.tolist() == [1, 2]


def test_assigning_elements_of_a_recorded_tensor_points_to_where():
    p = mg.tensor([1.0, 2.0], requires_grad=True)
    constant = mg.tensor([1.0, 2.0])
    for target, value in [(p, 1.0), (p * p, 1.0), (constant, p[0])]:
        with pytest.raises(RuntimeError, match=r"with mg\.no_grad\(\):.*mg\.where"):
            target[0] = value


def test_data_of_another_shape_is_refused(x):
    with pytest.raises(ValueError, match=r"data of shape \(3,\) cannot replace .*\(3, 2\)"):
        x.data = np.ones(3)
    with pytest.raises(ValueError, match=r"\(4, 3, 2\) cannot replace .*\(3, 2\)"), mg.no_grad():
        x += np.ones((4, 3, 2))


def test_floats_do_not_go_into_integers():
    i = mg.tensor([1, 2])
    with pytest.raises(TypeError, match="int64"):
        i /= 2
    with pytest.raises(TypeError, match="int64"):
        i.data = np.ones(2)
