"""An update rule gives the same bits whether Numba compiles it or NumPy runs it."""

import subprocess
import sys

import numpy as np
import pytest
from optimizers import CASES, SPECIAL, name_of, shapes_for
from steps import parameters, same_bits, train

from minigrad.optim.flat import Flat

pytest.importorskip("numba", reason="Numba is not installed")


@pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_compiled_loop_and_numpy_agree_to_the_last_bit(case, dtype, monkeypatch):
    cls, options = case
    compiled = parameters(dtype, shapes=shapes_for(case))
    a = train(cls(compiled, lr=0.05, **options), compiled, 20)
    apply = Flat.apply

    def in_numpy(self, rule, *arguments):
        assert rule.py_func is not None
        return apply(self, rule.py_func, *arguments)

    monkeypatch.setattr(Flat, "apply", in_numpy)
    plain = parameters(dtype, shapes=shapes_for(case))
    assert same_bits(a, train(cls(plain, lr=0.05, **options), plain, 20))


def test_without_numba_the_same_steps_are_taken():
    program = """
import sys
if sys.argv[1] == "without":
    sys.modules["numba"] = None  # importing it fails, as if it were not installed
import numpy as np
import minigrad as mg
p = mg.tensor(np.linspace(-1, 1, 7), requires_grad=True)
opt = mg.optim.Adam([p], lr=0.1)
for _ in range(5):
    opt.zero_grad()
    (p * p).sum().backward()
    opt.step()
print(p.numpy().tobytes().hex())
"""
    runs = [
        subprocess.run([sys.executable, "-c", program, how], capture_output=True, text=True)
        for how in ("with", "without")
    ]
    assert [r.stderr for r in runs] == ["", ""]
    assert runs[0].stdout == runs[1].stdout != ""
