"""One hundred updates on random gradients, by minigrad, PyTorch, optax and Keras.

The same parameters afterwards means: to 1e-12 in float64 and to 2e-6 in float32, relative to a
tensor's largest element.
"""

import functools

import numpy as np
import pytest

import minigrad as mg

STEPS = 100
SHAPES = ((3, 4), (4,), ())
MATRICES = ((3, 4), (5, 2), (1, 6))
TOLERANCE = {np.float32: 2e-6, np.float64: 1e-12}

# A rate that changes: up, down and at once; and one for those that find the scale themselves.
RATES = [0.02 * (1 + t) / 20 if t < 20 else (0.02 if t < 60 else 0.002) for t in range(STEPS)]
AROUND_ONE = [50 * rate for rate in RATES]

both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
# On PyTorch, Keras reads its variables by a way that NumPy 2 deprecates.
with_keras = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def start(dtype=np.float64, shapes=SHAPES):
    rng = np.random.default_rng(0)
    return [np.asarray(rng.normal(size=shape), dtype) for shape in shapes]


@functools.cache
def gradients(t, dtype=np.float64, shapes=SHAPES, drift=0.0):
    """Return random gradients of widely different sizes; one in five is zero.

    With ``drift`` they agree a little from step to step: there is a distance to be estimated.
    """
    rng = np.random.default_rng([1, t])
    sizes = [10.0 ** rng.uniform(-3, 2, s) * (rng.random(s) > 0.2) for s in shapes]
    return [np.asarray(size * rng.normal(drift, 1, size.shape), dtype) for size in sizes]


def no_gradients(t, dtype, shapes, drift):
    return [np.zeros(shape, dtype) for shape in shapes]


def parameters(dtype=np.float64, shapes=SHAPES):
    return [mg.tensor(x, requires_grad=True) for x in start(dtype, shapes)]


def set_gradients(params, grads):
    for p, g in zip(params, grads, strict=True):
        p.grad = mg.tensor(g)


def ours_after(make, dtype=np.float64, shapes=SHAPES, drift=0.0, grads=gradients):
    """Return the optimizer and the parameters that it leaves."""
    params = parameters(dtype, shapes)
    opt = make(params)
    for t in range(STEPS):
        set_gradients(params, grads(t, dtype, shapes, drift))
        opt.step()
    return opt, [p.numpy() for p in params]


def torch_after(torch, make, dtype, rates=None, grads=gradients):
    # NAdam keeps its product in the default dtype, whatever the parameters are.
    torch.set_default_dtype(torch.float64 if dtype == np.float64 else torch.float32)
    params = [torch.tensor(x, requires_grad=True) for x in start(dtype)]
    opt = make(params)
    for t in range(STEPS):
        for group in opt.param_groups if rates is not None else ():
            group["lr"] = rates[t]
        for p, g in zip(params, grads(t, dtype, SHAPES, 0.0), strict=True):
            p.grad = torch.tensor(g)
        opt.step()
    return [p.detach().numpy() for p in params]


def optax_after(jax, transformation, dtype=np.float64, shapes=SHAPES, drift=0.0, **extra):
    """Return the state and the parameters; ``extra`` are functions of the step, for ``update``."""
    import optax

    @jax.jit
    def step(params, state, grads, extra):
        updates, state = transformation.update(grads, state, params, **extra)
        return optax.apply_updates(params, updates), state

    params = [jax.numpy.asarray(x) for x in start(dtype, shapes)]
    state = transformation.init(params)
    for t in range(STEPS):
        given = {name: f(t) for name, f in extra.items()}
        params, state = step(params, state, gradients(t, dtype, shapes, drift), given)
    return state, params


def in_jax(rates):
    """Return the rate of an update, which may be traced, for optax."""
    import jax

    return lambda t: jax.numpy.asarray(rates)[t]


def keras_after(keras, opt, dtype=np.float64, shapes=SHAPES, rates=None):
    params = [keras.Variable(x, dtype=np.dtype(dtype).name) for x in start(dtype, shapes)]
    opt.build(params)
    for t in range(STEPS):
        if rates is not None:
            opt.learning_rate = rates[t]
        grads = gradients(t, dtype, shapes)
        opt.apply([keras.ops.convert_to_tensor(g) for g in grads], params)
    return [keras.ops.convert_to_numpy(p.value) for p in params]


def assert_same(ours, theirs, dtype=np.float64, shapes=SHAPES, tolerance=None):
    """Hold each tensor to its twin; that the two have stayed where they began is not enough."""
    for a, b, before in zip(ours, theirs, start(dtype, shapes), strict=True):
        b = np.asarray(b)
        assert a.dtype == b.dtype == dtype
        assert np.isfinite(b).all() and not np.array_equal(b, before)
        error = np.max(np.abs(a - b)) / max(np.max(np.abs(b)), np.max(np.abs(before)))
        assert error <= (tolerance or TOLERANCE[dtype]), f"{error:.1e}"
