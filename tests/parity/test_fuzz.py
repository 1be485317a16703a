"""Random programs on minigrad and on PyTorch: values, gradients and Hessian-vector products.

``MINIGRAD_FUZZ`` is the number of programs.
"""

import os

import numpy as np
import pytest
from primitives import REGISTRY

import minigrad as mg

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
import torch_vocabulary  # noqa: E402
from programs import Program, minimised, random_program  # noqa: E402

PARTS = 20  # tests among which the programs are shared
PROGRAMS = int(os.environ.get("MINIGRAD_FUZZ", "200"))
TOLERANCE = 1e-10  # relative to the greatest element, and to 1

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # overflow is a value here


def directions(program):
    rng = np.random.default_rng(1)
    return [rng.normal(size=x.shape) for x in program.inputs.values()]


def by_minigrad(program):
    f, inputs = program.function(mg), [mg.tensor(x, True) for x in program.inputs.values()]
    loss = f(*inputs)
    gradients = mg.grad(loss, inputs)
    products = mg.hvp(f, inputs, directions(program))
    return [y._data for y in (loss, *gradients, *products)]


def by_torch(program):
    f = program.function(torch_vocabulary)
    inputs = [torch.tensor(x, requires_grad=True) for x in program.inputs.values()]
    loss = f(*inputs)
    given = {"allow_unused": True, "materialize_grads": True}
    gradients = torch.autograd.grad(loss, inputs, create_graph=True, **given)
    pairs = zip(gradients, directions(program), strict=True)
    slope = sum((g * torch.tensor(v)).sum() for g, v in pairs)
    products = torch.autograd.grad(slope, inputs, **given)
    # a zero that PyTorch knows to be zero has no memory that NumPy could see
    return [(torch.zeros(y.shape) + y.detach()).numpy() for y in (loss, *gradients, *products)]


def difference(program: Program) -> float:
    """The greatest error, relative to the greatest element of what it is in, or to 1."""
    errors = [
        np.abs(ours - theirs).max(initial=0) / np.abs(theirs).max(initial=1)
        for ours, theirs in zip(by_minigrad(program), by_torch(program), strict=True)
    ]
    return max(errors)


def differs(program: Program) -> bool:
    return not difference(program) <= TOLERANCE


def check(seeds):
    for seed in seeds:
        program = random_program(seed)
        if differs(program):
            small = minimised(program, differs)
            pytest.fail(f"seed {seed}, off by {difference(small):.2g}:\n\n{small}", pytrace=False)


@pytest.mark.parametrize("part", range(PARTS))
def test_random_programs_give_pytorchs_numbers(part):
    check(range(part, PROGRAMS, PARTS))


def test_the_programs_are_made_of_every_differentiable_primitive():
    symbols = {"add": " + ", "divide": " / ", "multiply": " * ", "pow": " ** ", "subtract": " - "}
    text = "\n".join(str(random_program(seed)) for seed in range(200))
    for name in set(mg.core.ops.__all__) & {n for n, e in REGISTRY.items() if e.differentiable}:
        assert symbols.get(name, f"mg.{name}(") in text or name == "astype"  # all are float64


def test_a_wrong_derivative_is_found_and_its_program_made_small(monkeypatch):
    monkeypatch.setattr(mg.tanh, "derivatives", (lambda g, y, x: g * (1 - y),))
    with pytest.raises(pytest.fail.Exception) as failure:
        check(range(100))
    assert "mg.tanh(" in str(failure.value)
    assert str(failure.value).count("\nv") < 5


def test_a_program_that_is_printed_runs():
    names = {}
    program = random_program(3)
    exec(str(program), names)
    assert names["loss"].item() == by_minigrad(program)[0]
