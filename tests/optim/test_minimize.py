"""SciPy's methods on tensors."""

import numpy as np
import pytest
from bowls import zeros

import minigrad as mg
from minigrad import optim

METHODS = ["L-BFGS-B", "BFGS", "CG", "TNC", "SLSQP", "Newton-CG", "trust-ncg", "trust-krylov"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_bottom_of_rosenbrocks_valley(method):
    x, y = (mg.tensor(np.array(v), requires_grad=True) for v in (-1.2, 1.0))

    def valley():
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    result = optim.minimize(valley, [x, y], method)
    np.testing.assert_allclose([x.item(), y.item()], 1, atol=2e-3)
    assert result.fun < 1e-5 and valley().item() == result.fun
    assert x.grad is None


def test_least_squares_is_solved_in_the_dtype_of_the_parameters():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)).astype(np.float32), rng.normal(size=(50, 1)).astype(np.float32)
    model = mg.nn.Linear(3, 1, rng=rng)
    with mg.no_grad():
        optim.minimize(lambda: mg.nn.mse_loss(model(x), y), model.named_parameters(), "Newton-CG")
    best = np.linalg.lstsq(np.c_[x, np.ones(50)], y, rcond=None)[0]
    np.testing.assert_allclose(model.weight.numpy(), best[:3], atol=1e-4)
    assert model.weight.dtype == np.float32


def test_minimize_refuses_methods_without_gradients():
    with pytest.raises(ValueError, match=r"method is one of 'CG', 'BFGS'.*got 'Nelder-Mead'"):
        optim.minimize(lambda: None, [zeros()], "Nelder-Mead")
