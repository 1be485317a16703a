"""Each instrument reads what a calculation on paper says it should."""

import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.callbacks import Callback
from minigrad.diagnostics import (
    Divergence,
    DivergenceDetector,
    dead_units,
    gradient_noise,
    gradient_noise_from_norms,
    layer_norms,
    per_example_gradients,
    range_test,
    sharpness,
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def bits(model: mg.nn.Module) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in model.state_dict().items()}


def network(*sizes: int, seed: int = 0, dtype=np.float64) -> mg.nn.Sequential:
    rng = np.random.default_rng(seed)
    layers: list[mg.nn.Module] = []
    for pair in itertools.pairwise(sizes):
        layers += [mg.nn.Linear(*pair, rng=rng, dtype=dtype), mg.nn.ReLU()]
    return mg.nn.Sequential(*layers[:-1])


# Range test


def bowl(curvature: float, noise: float = 0.0):
    """Descend on curvature * x**2 / 2, whose loss each update scales by (1 - lr * curvature)**2."""
    x, rng = 1.0, np.random.default_rng(0)

    def step(lr: float) -> float:
        nonlocal x
        loss = curvature * x**2 / 2
        x -= lr * curvature * x
        return loss + noise * rng.standard_normal()

    return step


@given(st.floats(0.01, 100), st.integers(50, 300))
def test_on_a_bowl_the_loss_is_lowest_where_the_rate_passes_two_over_the_curvature(c, steps):
    found = range_test(bowl(c), 1e-3 / c, 100 / c, steps, smoothing=1)
    assume(found.losses.min() > 0)  # a rate of exactly 1/c ends at the bottom
    assert found.diverged
    growth = found.rates[1] / found.rates[0]
    assert 2 / c <= found.minimum <= 2 / c * growth * (1 + 1e-12)


@given(st.floats(0.01, 100))
def test_on_a_bowl_the_loss_falls_fastest_where_the_closed_form_does(c):
    found = range_test(bowl(c), 1e-3 / c, 100 / c, 200, smoothing=1)
    ratio = (100 / 1e-3) ** (1 / 199)
    rates = 1e-3 / c * ratio ** np.arange(200)
    losses = c / 2 * np.cumprod([1.0, *(1 - rates[:-1] * c) ** 2])
    fall = np.gradient(losses[:60])
    assert found.steepest == pytest.approx(rates[fall.argmin()])
    assert found.steepest < 2 / c


def test_the_rate_grows_by_one_factor_from_low_to_high():
    seen = []
    found = range_test(lambda lr: seen.append(lr) or 1.0, 0.01, 10, steps=4)
    np.testing.assert_allclose(seen, [0.01, 0.1, 1, 10])
    np.testing.assert_array_equal(found.rates, seen)
    assert not found.diverged
    assert "diverged=False" in repr(found)


def curve(losses):
    """Return a step that replays losses, over rates that are powers of two."""
    replay = iter(losses)
    return {"step": lambda lr: next(replay), "low": 1.0, "high": 2.0 ** (len(losses) - 1)}


FALL_AND_EXPLODE = [2.3, 2.3, 2.2, 1.8, 1.0, 0.8, 0.7, 0.9, 40.0, 9000.0, 2.4, 2.3, 2.3]


def test_the_fall_after_an_explosion_is_not_taken_for_progress():
    steps = len(FALL_AND_EXPLODE)
    found = range_test(**curve(FALL_AND_EXPLODE), steps=steps, smoothing=1)
    assert found.steepest == pytest.approx(2.0**3)
    assert found.minimum == pytest.approx(2.0**6)
    assert len(found.losses) == 9  # it stopped where the loss exploded
    # Without the guard the steepest rule picks a rate far beyond divergence.
    assert 2.0 ** np.gradient(FALL_AND_EXPLODE).argmin() >= 2.0**9
    unstopped = range_test(**curve(FALL_AND_EXPLODE), steps=steps, smoothing=1, stop=math.inf)
    assert unstopped.steepest == found.steepest


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_ends_the_test(bad):
    found = range_test(**curve([3.0, 2.0, 1.0, bad, 0.1]), steps=5, smoothing=3)
    assert found.diverged
    assert found.valid == 3
    assert len(found.losses) == 4
    assert found.minimum == pytest.approx(4)


def test_noise_between_batches_moves_the_answer_little():
    exact = range_test(bowl(1.0), 1e-2, 10, 100, smoothing=1)
    noisy = range_test(bowl(1.0, noise=1e-3), 1e-2, 10, 100)
    assert 1 / 3 < noisy.steepest / exact.steepest < 3


def test_losses_below_zero_diverge_too():
    found = range_test(**curve([-1.0, -2.0, -3.0, -2.9, 50.0]), steps=5, smoothing=1)
    assert found.diverged
    assert found.minimum == pytest.approx(4)


def test_a_step_may_return_a_tensor():
    assert range_test(lambda lr: mg.tensor(2.0), steps=2).losses.tolist() == [2.0, 2.0]


def test_the_picture_of_a_range_test_says_what_it_shows():
    figure = range_test(bowl(1.0), 1e-3, 100).plot()
    assert "Loss against learning rate" in figure.alt
    assert "diverges at" in figure.alt
    (axes,) = figure.axes
    assert axes.get_xscale() == "log"
    assert "lowest at 2" in axes.get_title("left")
    assert range_test(bowl(1.0), 1e-3, 1).plot("A title").axes[0].get_title("left") == "A title"


def test_an_explosion_does_not_flatten_the_picture():
    losses = [3.0, 2.0, 1.0, 1e9, 1e12]
    found = range_test(**curve(losses), steps=5, smoothing=1, stop=math.inf)
    low, high = found.plot().axes[0].get_ylim()
    assert low < 1 < 3 < high < 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"low": 0}, "0 < low < high"),
        ({"low": 20}, "0 < low < high"),
        ({"high": math.inf}, "0 < low < high"),
        ({"steps": 1}, "at least 2 steps"),
        ({"smoothing": 4}, "smoothing is odd"),
        ({"stop": 1}, "stop is above 1"),
    ],
)
def test_a_range_test_without_a_range_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        range_test(bowl(1.0), **options)


def test_a_loss_that_is_bad_from_the_start_is_an_error():
    with pytest.raises(ValueError, match="before any update"):
        range_test(lambda lr: math.nan)


# Sharpness


def symmetric(n: int, seed: int) -> np.ndarray:
    a = np.random.default_rng(seed).normal(size=(n, n))
    return (a + a.T) / 2


@given(st.integers(1, 12), st.integers(0, 10_000))
@settings(max_examples=40)
def test_the_sharpness_of_a_quadratic_is_the_top_eigenvalue_of_its_matrix(n, seed):
    h = symmetric(n, seed)
    x = mg.tensor(np.random.default_rng(seed).normal(size=n), requires_grad=True)
    found = sharpness(lambda x: (x * (h @ x)).sum() / 2, x, tol=1e-8)
    assert found == pytest.approx(np.linalg.eigvalsh(h)[-1], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_slope_has_no_sharpness(n):
    x = mg.tensor(np.ones(n), requires_grad=True)
    assert sharpness(lambda x: x.sum(), x) == pytest.approx(0, abs=1e-12)


def test_the_sharpness_of_linear_regression_is_that_of_its_gram_matrix():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)).astype(np.float32), rng.normal(size=(50, 1)).astype(np.float32)
    model = mg.nn.Linear(3, 1, rng=rng)
    found = sharpness(lambda *_: mg.nn.mse_loss(model(x), y), list(model.parameters()))
    with_one = np.column_stack([x, np.ones(50)]).astype(np.float64)
    assert found == pytest.approx(np.linalg.eigvalsh(2 / 50 * with_one.T @ with_one)[-1], rel=1e-3)


def test_sharpness_has_the_same_bits_twice_and_changes_nothing():
    model, x = network(4, 8, 3), np.random.default_rng(0).normal(size=(20, 4))
    y, before = np.arange(20) % 3, bits(model)
    parameters = list(model.parameters())

    def f(*_):
        return mg.nn.cross_entropy(model(x), y)

    first = sharpness(f, parameters)
    assert first == sharpness(f, parameters)
    assert first == pytest.approx(sharpness(f, parameters, rng=np.random.default_rng(7)), rel=1e-3)
    assert bits(model) == before
    assert all(p.grad is None for p in parameters)


ADAM = [
    (cls, {"betas": (0.8, 0.95), "eps": 1e-3, **forms})
    for cls in (mg.optim.Adam, mg.optim.AdamW)
    for forms in (
        {},
        {"eps_form": "inside"},
        {"eps_form": "uncorrected"},
        {"amsgrad": True},
        {"amsgrad": True, "amsgrad_max": "corrected", "eps_form": "inside"},
    )
]


@pytest.mark.parametrize(("cls", "options"), ADAM)
@pytest.mark.parametrize("updates", [1, 5])
def test_adams_sharpness_is_that_of_the_bowl_as_its_updates_see_it(cls, options, updates):
    h = symmetric(5, seed=3) + 3 * np.eye(5)
    a = mg.tensor(np.random.default_rng(0).normal(size=2), requires_grad=True)
    b = mg.tensor(np.random.default_rng(1).normal(size=(3, 1)), requires_grad=True)
    optimizer = cls([b, a], lr=0.01, weight_decay=0.0, **options)

    def f(a, b):
        x = mg.concat([a, b.reshape(3)])
        return (x * (h @ x)).sum() / 2

    for _ in range(updates):
        optimizer.zero_grad()
        f(a, b).backward()
        before = np.concatenate([a.data, b.data.ravel()])
        optimizer.step()
    # By definition of P, the update is lr * m / P.
    (memory,) = optimizer.state_dict()["memory"]
    m_b, m_a = memory["states"]["m"]
    moved = before - np.concatenate([a.data, b.data.ravel()])
    p = 0.01 * np.concatenate([m_a, m_b.ravel()]) / moved
    wanted = np.linalg.eigvalsh(h / np.sqrt(np.outer(p, p)))[-1]
    assert sharpness(f, [a, b], optimizer, tol=1e-8) == pytest.approx(wanted, rel=1e-6)


def test_adams_sharpness_needs_an_adam_that_knows_the_parameters():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    other = mg.tensor([1.0], requires_grad=True)

    def f(*xs):
        return sum((x * x).sum() for x in xs)

    with pytest.raises(TypeError, match="preconditioner of SGD is not known"):
        sharpness(f, x, mg.optim.SGD([x], 0.1))
    optimizer = mg.optim.Adam([x], eps=0.0)
    with pytest.raises(ValueError, match="before its first update"):
        sharpness(f, x, optimizer)
    f(x).backward()
    optimizer.step()
    with pytest.raises(ValueError, match=r"shapes \(1,\) are not among the 1 parameters"):
        sharpness(f, [x, other], optimizer)
    x.grad = mg.tensor([0.0, 0.0])
    still = mg.optim.Adam([x], eps=0.0)
    still.step()
    with pytest.raises(ValueError, match="second moment is 0"):
        sharpness(f, x, still)


# Gradient noise


def test_the_gradients_of_the_examples_are_those_of_linear_regression():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 1))
    model = mg.nn.Linear(3, 1, rng=rng, dtype=np.float64)

    def f(x, y):
        return mg.nn.mse_loss(model(x), y)

    weight, bias = per_example_gradients(f, list(model.parameters()), x, y)
    residual = x @ model.weight.data + model.bias.data - y
    np.testing.assert_allclose(weight, 2 * residual[:, None] * x[:, :, None])
    np.testing.assert_allclose(bias, 2 * residual)
    f(x, y).backward()
    np.testing.assert_allclose(weight.mean(axis=0), model.weight.grad.data)


def test_the_noise_of_linear_regression_at_its_solution_is_that_of_its_targets():
    # Every x is ±1 in each of three coordinates, every noise ±σ with each x: so at the true w the
    # gradient 2 ε x has mean 0 and variance 4 σ² in each coordinate; away from it, at w + d, the
    # mean gradient is 2 d.
    sigma, w, d = 0.5, np.array([[3.0], [-1.0], [2.0]]), np.array([[0.1], [0.0], [0.2]])
    x = np.array(list(itertools.product([-1.0, 1.0], repeat=3)) * 2)
    y = x @ w + np.repeat([sigma, -sigma], 8)[:, None]
    theta = mg.tensor(w, requires_grad=True)

    def f(x, y):
        return mg.nn.mse_loss(x @ theta, y)

    at_solution = gradient_noise(f, [theta], x, y)
    assert at_solution.variance == pytest.approx(3 * 4 * sigma**2)
    assert at_solution.signal == pytest.approx(0, abs=1e-20)
    assert at_solution.scale > 1e10

    theta.data = w + d
    moved = gradient_noise(f, [theta], x, y)
    # The residual x·d adds 4 (|x|² (x·d)² - |d|²) to it, on average 4 (3 - 1) |d|².
    size = float((d**2).sum())
    assert moved.signal == pytest.approx(4 * size)
    assert moved.variance == pytest.approx(12 * sigma**2 + 8 * size)
    assert moved.scale == moved.variance / moved.signal


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_norms_of_two_batch_sizes_give_the_noise_that_the_examples_have(seed):
    z = np.random.default_rng(seed).normal(1, 2, size=(3, 2))
    theta = mg.tensor(np.zeros((1, 2)), requires_grad=True)
    exact = gradient_noise(lambda z: ((theta - z) ** 2).sum() / 2, [theta], z)
    assert exact.variance == pytest.approx(z.var(axis=0).sum())
    # All batches that can be drawn with replacement, so that the means are expectations.
    norms = {
        size: [
            np.linalg.norm(z[list(drawn)].mean(axis=0))
            for drawn in itertools.product(range(3), repeat=size)
        ]
        for size in (1, 4)
    }
    estimate = gradient_noise_from_norms(norms[1], norms[4], 1, 4)
    np.testing.assert_allclose(estimate, exact, rtol=1e-9, atol=1e-12)


def test_equal_examples_have_no_noise():
    theta = mg.tensor([2.0], requires_grad=True)
    noise = gradient_noise(lambda z: ((theta - z) ** 2).mean(), [theta], np.ones((5, 1)))
    assert noise == (0.0, pytest.approx(4.0))
    assert noise.scale == 0


def test_an_estimate_without_signal_has_an_infinite_scale():
    assert gradient_noise_from_norms(2.0, 0.1, 1, 10).signal < 0
    assert gradient_noise_from_norms(2.0, 0.1, 1, 10).scale == math.inf


def test_gradients_of_examples_want_examples():
    theta = mg.tensor([2.0], requires_grad=True)
    for data in ((), (np.ones(0),), (np.ones(2), np.ones(3))):
        with pytest.raises(ValueError, match="one row for each example"):
            gradient_noise(lambda *_: theta.sum(), [theta], *data)
    with pytest.raises(ValueError, match="0 < small_batch < big_batch"):
        gradient_noise_from_norms(1.0, 1.0, 8, 8)


def test_gradient_noise_leaves_gradients_alone_and_works_where_nothing_is_recorded():
    theta = mg.tensor([2.0], requires_grad=True)
    with mg.no_grad():
        gradient_noise(lambda z: ((theta - z) ** 2).mean(), [theta], np.ones((5, 1)))
    assert theta.grad is None


# Layers


def test_gradient_descent_moves_each_layer_by_the_rate_times_its_gradient():
    model, x = network(4, 8, 3), np.random.default_rng(0).normal(size=(20, 4))
    optimizer = mg.optim.SGD(model.parameters(), lr=0.25)
    mg.nn.cross_entropy(model(x), np.arange(20) % 3).backward()
    before = model.state_dict()
    optimizer.step()
    table = layer_norms(model, before)
    assert list(table.index) == ["0", "2"]
    assert list(table.columns) == ["weight", "gradient", "update", "ratio"]
    weight = np.hypot(np.linalg.norm(before["0.weight"]), np.linalg.norm(before["0.bias"]))
    assert table.weight["0"] == pytest.approx(weight)
    np.testing.assert_allclose(table["update"], 0.25 * table.gradient)
    np.testing.assert_allclose(table.ratio, table["update"] / table.weight)


def test_layer_norms_without_an_update_are_of_weights_and_gradients():
    model = network(4, 8, 3)
    table = layer_norms(model)
    assert list(table.columns) == ["weight", "gradient"]
    assert table.gradient.isna().all()


def test_a_parameter_outside_of_any_layer_is_one_of_its_own():
    class Scaled(mg.nn.Module):
        def __init__(self):
            self.scale = mg.tensor([3.0, 4.0], requires_grad=True)
            self.inner = mg.nn.Linear(2, 2)

    assert layer_norms(Scaled()).weight["scale"] == 5
    assert list(layer_norms(Scaled()).index) == ["scale", "inner"]


def test_dead_units_are_those_whose_bias_was_set_to_kill_them():
    model = network(4, 8, 5, 3)
    x = np.random.default_rng(0).normal(size=(100, 4))
    assert dead_units(model, x).units.to_dict() == {"1": 8, "3": 5}
    alive = dead_units(model, x).dead
    with mg.no_grad():
        model[0].bias[[1, 3, 4]] = -100.0
        model[2].bias[[0]] = -100.0
    table = dead_units(model, x)
    assert table.dead["1"] >= alive["1"] + 2
    with mg.no_grad():
        model[0].bias[list(range(8))] = -100.0
    assert dead_units(model, x).dead["1"] == 8
    assert model.training


def test_a_channel_is_dead_if_it_is_so_at_every_place():
    class Fixed(mg.nn.Module):
        def __init__(self):
            self.relu = mg.nn.ReLU()

        def forward(self, x):
            return self.relu(mg.tensor(x))

    x = np.full((2, 3, 4, 4), -1.0)
    x[1, 2, 3, 0] = 1.0
    assert dead_units(Fixed(), x).to_dict("index") == {"relu": {"dead": 2, "units": 3}}
    x = np.full((2, 5, 3), -1.0)  # sequences: units are on the last axis
    x[0, 4, 1] = 1.0
    assert dead_units(Fixed(), x).to_dict("index") == {"relu": {"dead": 2, "units": 3}}


def test_a_model_without_relu_layers_has_no_dead_units_to_count():
    with pytest.raises(ValueError, match=r"no mg\.nn\.ReLU layer"):
        dead_units(mg.nn.Linear(2, 2), np.ones((1, 2), np.float32))


def test_looking_at_layers_leaves_the_model_as_it_was():
    model = network(4, 8, 3).eval()
    model[1].forward = forward = lambda x: mg.relu(x)  # someone else's own way
    before = bits(model)
    dead_units(model, np.ones((2, 4)))
    assert model[1].forward is forward
    assert not model.training
    assert bits(model) == before
    assert "forward" not in vars(model[0])


# Divergence


def chain(gains: list[float], width: int = 8) -> mg.nn.Sequential:
    """Return linear layers, each an isometry times its gain."""
    rng, layers = np.random.default_rng(0), []
    for gain in gains:
        layer = mg.nn.Linear(width, width, bias=False, rng=rng, dtype=np.float64)
        layer.weight.data = gain * mg.nn.init.orthogonal((width, width), rng, dtype=np.float64)
        layers.append(layer)
    return mg.nn.Sequential(*layers)


X = np.random.default_rng(5).normal(size=(16, 8))


@pytest.mark.parametrize("guilty", range(5))
def test_in_a_chain_the_layer_that_amplifies_is_named(guilty):
    model = chain([1e4 if i == guilty else 1.0 for i in range(5)])
    with DivergenceDetector(model) as detector:
        (model(X) ** 2).mean().backward()
        assert detector.check()
    assert (detector.found.layer, detector.found.what) == (str(guilty), "output")
    assert detector.found.size == pytest.approx(1e4 * np.sqrt(np.mean(X**2)))


@pytest.mark.parametrize("guilty", range(5))
def test_the_layer_whose_rate_is_too_large_is_named_when_its_weights_explode(guilty):
    model = chain([1.0] * 5)
    rates = [{"params": [layer.weight], "lr": 1e-4} for layer in model]
    rates[guilty]["lr"] = 1e5
    optimizer = mg.optim.SGD(rates, lr=1e-4)
    with DivergenceDetector(model) as detector:
        for _ in range(10):
            optimizer.zero_grad()
            (model(X) ** 2).mean().backward()
            if detector.check():
                break
            optimizer.step()
    assert detector.found.layer == str(guilty)
    assert detector.found.step == 1


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_the_layer_that_is_not_finite_first_is_named(bad):
    model = chain([1.0] * 4)
    with mg.no_grad():
        model[2].weight[0, 0] = bad
    with DivergenceDetector(model) as detector:
        (model(X) ** 2).mean().backward()
        assert detector.check()
    assert detector.found.layer == "2"
    assert not math.isfinite(detector.found.size)
    assert f"layer '2' was {bad}" in str(detector.found)


@mg.primitive(lambda g, y, x: g * 1e8)
def amplified_backwards(x):
    return x.copy()


def test_an_explosion_on_the_way_back_is_named_where_it_began():
    class Trap(mg.nn.Module):
        armed = False

        def forward(self, x):
            return amplified_backwards(x) if self.armed else x

    trap, layers = Trap(), list(chain([1.0] * 4))
    model = mg.nn.Sequential(*layers[:2], trap, *layers[2:])  # named 0, 1, 2 the trap, 3, 4
    with DivergenceDetector(model) as detector:
        for armed in (False, True):
            trap.armed = armed
            model.zero_grad()
            (model(X) ** 2).mean().backward()
            assert detector.check() == armed
    assert (detector.found.step, detector.found.layer, detector.found.what) == (1, "1", "gradient")


def test_what_follows_the_first_explosion_does_not_change_the_verdict():
    model = chain([1e4, 1.0])
    with DivergenceDetector(model) as detector:
        (model(X) ** 2).mean().backward()
        detector.check()
        first = detector.found
        model[1].weight.data = np.full((8, 8), math.nan)
        (model(X) ** 2).mean().backward()
        assert detector.check()
    assert detector.found is first
    assert isinstance(first, Divergence)
    assert str(first).startswith("before update 0 the output of layer '0' reached 9.")


def trained(lr: float, **options):
    digits = mg.data.digits()
    model = network(64, 32, 10, dtype=np.float32)
    optimizer = mg.optim.SGD(model.parameters(), lr, momentum=0.9)
    data = mg.data.minibatches(*digits.train, 64, rng=np.random.default_rng(0))
    detector = DivergenceDetector(model)
    options = {"validation": digits.test, "callbacks": [detector], **options}
    history = mg.fit(model, data, mg.nn.cross_entropy, optimizer, 5, **options)
    return model, history, detector


def test_training_that_goes_well_sets_off_no_alarm_and_is_not_changed_by_the_watching():
    model, history, detector = trained(0.1)
    assert detector.found is None
    assert history.epochs["validation_loss"][-1] < 0.5
    unwatched, _, _ = trained(0.1, callbacks=[])
    assert bits(model) == bits(unwatched)
    assert all("forward" not in vars(module) for module in model.modules())


def test_fit_ends_after_the_epoch_in_which_a_layer_blew_up():
    _, history, detector = trained(1e6)
    assert len(history.epochs["loss"]) == 1
    assert detector.found is not None


def test_an_error_in_fit_ends_the_watching():
    class Fails(Callback):
        def on_step(self, run):
            raise RuntimeError("stop")

    model = network(64, 32, 10, dtype=np.float32)
    data = mg.data.minibatches(*mg.data.digits().train, 64, rng=np.random.default_rng(0))
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(RuntimeError, match="stop"):
        mg.fit(
            model,
            data,
            mg.nn.cross_entropy,
            optimizer,
            1,
            callbacks=[DivergenceDetector(model), Fails()],
        )
    assert "forward" not in vars(model[0])


def test_a_model_of_integers_is_watched_from_its_embedding_on():
    rng = np.random.default_rng(0)
    model = mg.nn.Sequential(mg.nn.Embedding(5, 4, rng=rng), mg.nn.Linear(4, 2, rng=rng))
    with DivergenceDetector(model) as detector:
        for weight in (1.0, 1e6):
            model[1].weight.data = np.full((4, 2), weight)
            model(np.array([[0, 1], [2, 3]])).sum().backward()
            assert detector.check() == (weight == 1e6)
    assert detector.found.layer == "1"


def test_a_detector_that_watches_nothing_says_so():
    with pytest.raises(RuntimeError, match="sees nothing"):
        DivergenceDetector(network(2, 2)).check()
    with pytest.raises(ValueError, match="factor is above 1"):
        DivergenceDetector(network(2, 2), factor=1.0)
