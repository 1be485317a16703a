"""The libraries to compare with, as fixtures. A test is skipped where its peer is not installed."""

import os

import pytest


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    torch.set_num_threads(1)
    before = torch.get_default_dtype()
    yield torch
    torch.set_default_dtype(before)


@pytest.fixture(scope="module")
def jax():
    """JAX with float64."""
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax
    jax.config.update("jax_enable_x64", before)


@pytest.fixture(scope="module")
def optax(jax):
    return pytest.importorskip("optax", reason="optax is not installed")


@pytest.fixture
def keras(torch):
    """Keras in float64, on PyTorch unless ``KERAS_BACKEND`` says otherwise."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield keras
    keras.config.set_floatx(before)
