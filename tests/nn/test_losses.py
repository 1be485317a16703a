"""Losses: derivatives to second order, numbers at the edges, and errors that teach."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import nn

seeds = st.integers(0, 2**32 - 1)
reductions = st.sampled_from(["mean", "sum", "none"])
REGRESSION = [nn.mse_loss, nn.l1_loss, nn.huber_loss, nn.binary_cross_entropy_with_logits]


@st.composite
def pairs(draw, reduction):
    """Predictions and targets whose distances stay clear of 0 and 1, where some losses bend."""
    least = 1 if reduction == "mean" else 0
    shape = draw(st.lists(st.integers(least, 3), max_size=3).map(tuple))
    rng = np.random.default_rng(draw(seeds))
    target = np.asarray(rng.uniform(0.1, 0.9, shape))
    distance = rng.choice([0.4, 2.0], shape) * rng.uniform(0.8, 1.2, shape)
    values = np.asarray(target + distance * rng.choice([-1.0, 1.0], shape))
    if draw(st.booleans()):
        values = np.repeat(values[..., None], 2, axis=-1)[..., 0]  # every second in memory
    return mg.Tensor(values, requires_grad=True), mg.Tensor(target, requires_grad=True)


@pytest.mark.parametrize("loss", REGRESSION)
@given(data=st.data(), reduction=reductions)
@settings(max_examples=15)
def test_the_derivatives_are_right_to_second_order_in_both_arguments(loss, data, reduction):
    inputs = data.draw(pairs(reduction))
    assert mg.gradcheck(lambda x, t: loss(x, t, reduction=reduction), inputs, order=2)


@given(data=st.data(), reduction=reductions, smoothing=st.sampled_from([0.0, 0.1, 1.0]))
@settings(max_examples=20)
def test_cross_entropys_derivatives_are_right_to_second_order(data, reduction, smoothing):
    least = 1 if reduction == "mean" else 0
    shape = data.draw(st.lists(st.integers(least, 3), max_size=2).map(tuple))
    rng = np.random.default_rng(data.draw(seeds))
    logits = mg.Tensor(rng.normal(size=(3, *shape)).T, requires_grad=True)  # columns in memory
    labels = rng.integers(0, 3, shape[::-1])
    assert mg.gradcheck(
        lambda x: nn.cross_entropy(x, labels, smoothing, reduction), [logits], order=2
    )


# What the numbers are


def test_cross_entropy_is_the_negative_logarithm_of_the_right_probability():
    logits = np.log([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    losses = nn.cross_entropy(mg.tensor(logits), [2, 0], reduction="none")
    np.testing.assert_allclose(losses.numpy(), -np.log([0.5, 0.6]))


def test_a_reduction_adds_or_averages():
    logits, labels = mg.tensor(np.random.default_rng(0).normal(size=(4, 3))), [0, 1, 2, 0]
    rows = nn.cross_entropy(logits, labels, reduction="none").numpy()
    assert nn.cross_entropy(logits, labels, reduction="sum").item() == pytest.approx(rows.sum())
    assert nn.cross_entropy(logits, labels).item() == pytest.approx(rows.mean())


def test_labels_may_be_a_list_an_array_or_a_tensor_of_any_integer_type():
    logits = mg.tensor(np.random.default_rng(0).normal(size=(2, 3)))
    kinds = [[0, 2], np.array([0, 2], np.uint8), mg.tensor([0, 2]), np.array([0, 9, 2])[::2]]
    assert len({nn.cross_entropy(logits, labels).item() for labels in kinds}) == 1


def test_label_smoothing_mixes_in_the_mean_over_all_classes():
    logits = mg.tensor(np.random.default_rng(0).normal(size=(1, 4)))
    each = [nn.cross_entropy(logits, [c]).item() for c in range(4)]
    smoothed = nn.cross_entropy(logits, [1], label_smoothing=0.2).item()
    assert smoothed == pytest.approx(0.8 * each[1] + 0.2 * np.mean(each))


def test_enormous_logits_do_not_overflow():
    logits = mg.tensor(np.array([[1e30, 0.0], [-1e30, 0.0]], np.float32), requires_grad=True)
    loss = nn.cross_entropy(logits, [0, 1])
    loss.backward()
    assert loss.item() == 0.0
    np.testing.assert_array_equal(logits.grad.numpy(), np.zeros((2, 2)))


def test_a_class_that_is_ruled_out_costs_nothing_unless_it_was_right():
    logits = mg.tensor(np.array([[-np.inf, 0.0, 0.0]]), requires_grad=True)
    assert nn.cross_entropy(logits, [1]).item() == pytest.approx(np.log(2))
    assert nn.cross_entropy(logits, [0]).item() == np.inf


@pytest.mark.parametrize(("x", "t"), [(40.0, 1.0), (-40.0, 0.0)])
def test_a_tiny_binary_loss_keeps_its_precision(x, t):
    loss = nn.binary_cross_entropy_with_logits(mg.tensor(np.array([x])), np.array([t]))
    assert loss.item() == pytest.approx(np.exp(-40.0), rel=1e-12)


@pytest.mark.parametrize(
    ("x", "t", "expected"),
    [(np.inf, 1, 0.0), (-np.inf, 0, 0.0), (np.inf, 0, np.inf), (-np.inf, 1, np.inf)],
)
def test_infinite_confidence_costs_nothing_or_everything(x, t, expected):
    loss = nn.binary_cross_entropy_with_logits(mg.tensor(np.array([x])), np.array([t]))
    assert loss.item() == expected


def test_an_outlier_pulls_a_huber_loss_with_delta_at_most():
    x = mg.tensor(np.array([0.5, 3.0, -1e30, np.inf]), requires_grad=True)
    loss = nn.huber_loss(x, np.zeros(4), delta=2.0, reduction="sum")
    loss.backward()
    np.testing.assert_array_equal(x.grad.numpy(), [0.5, 2.0, -2.0, 2.0])


def test_the_slope_of_the_absolute_error_at_zero_is_zero():
    x = mg.tensor(np.zeros(2), requires_grad=True)
    nn.l1_loss(x, np.array([0.0, 1.0]), reduction="sum").backward()
    np.testing.assert_array_equal(x.grad.numpy(), [0.0, -1.0])


@pytest.mark.parametrize("loss", REGRESSION)
def test_integer_targets_do_not_widen_float32(loss):
    assert loss(mg.tensor([0.5, 1.5]), np.array([0, 1])).dtype == np.float32
    assert loss(mg.tensor([0.5, 1.5]), [0, 1]).dtype == np.float32


# Weights, and labels that do not count


def by_hand(logits, labels, smoothing=0.0, weight=None, ignored=None, reduction="mean"):
    """Cross-entropy as PyTorch defines it, row by row."""
    weight = np.ones(logits.shape[-1]) if weight is None else np.asarray(weight, float)
    total = count = 0.0
    rows = []
    for z, label in zip(logits, labels, strict=True):
        if label == ignored:
            rows.append(0.0)
            continue
        logp = z - np.log(np.exp(z).sum())
        spread = -(weight * logp).sum() / len(z)
        rows.append((1 - smoothing) * -weight[label] * logp[label] + smoothing * spread)
        total, count = total + rows[-1], count + weight[label]
    return {"mean": total / count if count else None, "sum": total, "none": rows}[reduction]


@given(
    n=st.integers(1, 6),
    seed=seeds,
    smoothing=st.sampled_from([0.0, 0.1, 1.0]),
    weighted=st.booleans(),
    ignored=st.sampled_from([None, 1, -100, 255]),
    reduction=reductions,
)
def test_weights_smoothing_and_ignored_labels_are_pytorchs(
    n, seed, smoothing, weighted, ignored, reduction
):
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(size=(n, 3)), rng.integers(0, 3, n)
    labels[1:][rng.random(n - 1) < 0.3] = 0 if ignored is None else ignored
    labels[0] = 2  # one that counts
    weight = rng.uniform(0.5, 2, 3) if weighted else None
    options = {"weight": weight, "ignore_index": ignored, "reduction": reduction}
    found = nn.cross_entropy(mg.tensor(logits), labels, smoothing, **options)
    expected = by_hand(logits, labels, smoothing, weight, ignored, reduction)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-12)


@given(data=st.data(), reduction=reductions, smoothing=st.sampled_from([0.0, 0.1]))
@settings(max_examples=20)
def test_the_derivatives_with_weights_are_right_to_second_order(data, reduction, smoothing):
    rng = np.random.default_rng(data.draw(seeds))
    logits = mg.tensor(rng.normal(size=(2, 2, 3)), requires_grad=True)
    labels, weight = np.array([[0, 9], [2, 1]]), rng.uniform(0.5, 2, 3)
    options = {"weight": weight, "ignore_index": 9, "reduction": reduction}
    assert mg.gradcheck(
        lambda x: nn.cross_entropy(x, labels, smoothing, **options), [logits], order=2
    )


def test_what_is_ignored_has_no_effect_whatever_it_is():
    x = np.array([[1.0, 2.0], [np.nan, np.inf], [0.0, 1.0]])
    logits = mg.tensor(x, requires_grad=True)
    loss = nn.cross_entropy(logits, [0, -1, 1], ignore_index=-1)
    loss.backward()
    assert loss.item() == pytest.approx(nn.cross_entropy(mg.tensor(x[::2]), [0, 1]).item())
    np.testing.assert_array_equal(logits.grad.numpy()[1], [0, 0])


def test_there_is_no_mean_if_every_label_is_ignored():
    logits, labels = mg.tensor(np.zeros((2, 3))), [7, 7]
    with pytest.raises(ValueError, match="every label is ignored"):
        nn.cross_entropy(logits, labels, ignore_index=7)
    assert nn.cross_entropy(logits, labels, ignore_index=7, reduction="sum").item() == 0


def test_a_label_out_of_range_is_not_taken_for_an_ignored_one():
    with pytest.raises(ValueError, match=r"label 3 at index 1 .* 3 classes"):
        nn.cross_entropy(
            mg.tensor(np.zeros((3, 3))), [-100, 3, 0], ignore_index=-100, weight=np.ones(3)
        )


@given(data=st.data(), reduction=reductions, scalar=st.booleans())
@settings(max_examples=20)
def test_pos_weight_multiplies_what_a_1_costs(data, reduction, scalar):
    rng = np.random.default_rng(data.draw(seeds))
    x, t = rng.normal(size=(4, 3)), rng.choice([0.0, 0.3, 1.0], (4, 3))
    weight = 2.5 if scalar else rng.uniform(0.2, 5, 3)
    softplus = lambda z: np.logaddexp(0, z)  # noqa: E731
    rows = weight * t * softplus(-x) + (1 - t) * softplus(x)
    expected = {"mean": rows.mean(), "sum": rows.sum(), "none": rows}[reduction]
    inputs = [mg.tensor(x, requires_grad=True), mg.tensor(t, requires_grad=True)]

    def loss(x, t):
        return nn.binary_cross_entropy_with_logits(x, t, reduction, pos_weight=weight)

    np.testing.assert_allclose(loss(*inputs).numpy(), expected, rtol=1e-9)
    assert mg.gradcheck(loss, inputs, order=2)


def test_pos_weight_keeps_the_precision_of_tiny_losses_and_of_float32():
    x, t = np.array([40.0, -40.0, np.inf]), np.array([1.0, 0.0, 1.0])
    losses = nn.binary_cross_entropy_with_logits(mg.tensor(x), t, "none", pos_weight=3)
    np.testing.assert_allclose(losses.numpy(), [3 * np.exp(-40.0), np.exp(-40.0), 0], rtol=1e-12)
    x32 = mg.tensor([0.5, 1.5])
    assert (
        nn.binary_cross_entropy_with_logits(x32, [0, 1], pos_weight=np.ones(2)).dtype == mg.float32
    )
    assert nn.cross_entropy(mg.tensor([[0.5, 1.5]]), [0], weight=np.ones(2)).dtype == mg.float32


def test_weighted_losses_give_the_same_bits_when_replayed():
    rng, weight = np.random.default_rng(0), mg.tensor([1.0, 2.0, 3.0])
    model = nn.Linear(4, 3, rng=rng)

    def step(x, labels, targets):
        model.zero_grad()
        logits = model(x)
        loss = nn.cross_entropy(logits, labels, 0.1, weight=weight, ignore_index=-1)
        loss = loss + nn.binary_cross_entropy_with_logits(logits, targets, pos_weight=weight)
        loss.backward()
        return loss

    replayed = mg.compile(step)
    for _ in range(5):
        x = mg.tensor(rng.normal(size=(5, 4)), dtype=np.float32)
        labels, targets = mg.tensor(rng.integers(-1, 3, 5)), mg.tensor(rng.random((5, 3)))
        loss, slopes = replayed(x, labels, targets).item(), model.weight.grad.numpy().copy()
        assert loss == step(x, labels, targets).item()
        np.testing.assert_array_equal(slopes, model.weight.grad.numpy())
    with pytest.raises(ValueError, match="every label is ignored"):
        replayed(x, mg.tensor(np.full(5, -1)), targets)


# Errors


@pytest.mark.parametrize("loss", REGRESSION)
@pytest.mark.parametrize(
    ("input", "target", "way_out"),
    [
        ((3, 1), (3,), r"input\[:, 0\]"),
        ((3,), (3, 1), r"target.reshape\(\(3,\)\)"),
        ((2, 3, 1), (2, 3), r"input.reshape\(\(2, 3\)\)"),
        ((2, 3), (3,), "reshape one of them"),
        ((3,), (), "reshape one of them"),
    ],
)
def test_shapes_that_differ_are_refused_with_both_shapes_and_the_way_out(
    loss, input, target, way_out
):
    with pytest.raises(ValueError, match=way_out) as refusal:
        loss(mg.tensor(np.zeros(input)), np.zeros(target))
    assert loss.__name__ in str(refusal.value)
    assert f"shape {input}" in str(refusal.value) and f"shape {target}" in str(refusal.value)


@pytest.mark.parametrize("wrong", [3, -1, -100])
def test_a_label_out_of_range_is_named_with_its_place_and_the_number_of_classes(wrong):
    labels = np.array([0, 2, wrong, wrong])
    with pytest.raises(ValueError, match=rf"label {wrong} at index 2 .* 3 classes.* 0 to 2"):
        nn.cross_entropy(mg.tensor(np.zeros((4, 3))), labels)


@pytest.mark.parametrize("labels", [np.eye(3), np.array([0.0, 1.0, 2.0])])
def test_labels_that_are_not_integers_are_refused(labels):
    with pytest.raises(TypeError, match=r"float64.*integer.*argmax"):
        nn.cross_entropy(mg.tensor(np.zeros((3, 3))), labels)


def test_logits_that_are_integers_are_refused():
    with pytest.raises(TypeError, match=r"int64.*floats.*\(logits, labels\)"):
        nn.cross_entropy(mg.tensor([[1, 2], [3, 4]]), [0, 1])


@pytest.mark.parametrize(
    ("logits", "labels"), [((4, 3), (5,)), ((4, 3), (4, 1)), ((4,), (4,)), ((2, 3, 4), (2, 4))]
)
def test_logits_and_labels_that_do_not_fit_are_both_named(logits, labels):
    with pytest.raises(ValueError) as refusal:
        nn.cross_entropy(mg.tensor(np.zeros(logits)), np.zeros(labels, int))
    assert f"shape {logits}" in str(refusal.value) and f"shape {labels}" in str(refusal.value)


@pytest.mark.parametrize("smoothing", [-0.1, 1.1])
def test_label_smoothing_is_a_share(smoothing):
    with pytest.raises(ValueError, match="label_smoothing"):
        nn.cross_entropy(mg.tensor(np.zeros((1, 3))), [0], label_smoothing=smoothing)


@pytest.mark.parametrize("delta", [0.0, -1.0])
def test_huber_wants_a_positive_delta(delta):
    with pytest.raises(ValueError, match="delta"):
        nn.huber_loss(mg.tensor([1.0]), [1.0], delta=delta)


@pytest.mark.parametrize("loss", [nn.cross_entropy, *REGRESSION])
def test_an_unknown_reduction_is_named(loss):
    logits, target = ((2, 3), [0, 1]) if loss is nn.cross_entropy else ((2,), [0.0, 1.0])
    with pytest.raises(ValueError, match="'avg'"):
        loss(mg.tensor(np.zeros(logits, np.float32)), target, reduction="avg")
