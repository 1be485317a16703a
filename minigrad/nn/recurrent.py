"""The gated recurrent unit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arguments import check_integers
from ..core import ops
from ..core.tensor import Array, Tensor
from . import init
from .inputs import as_real
from .linear import linear
from .module import Module


class GRU(Module):
    """Gated recurrent unit: a state that is rewritten bit by bit (Cho et al. 2014).

    At each step, from the input x and the state h (``W`` and ``U`` are thirds of ``weight_ih`` and
    ``weight_hh``, ``b`` and ``c`` of the biases)::

        r = sigmoid(x W_r + b_r + h U_r + c_r)      # how much of the old state is read
        z = sigmoid(x W_z + b_z + h U_z + c_z)      # how much of it is kept
        n = tanh(x W_n + b_n + r * (h U_n + c_n))   # what is proposed instead
        h = (1 - z) * n + z * h

    This is PyTorch's form, in which r acts after the matrix U_n, and its initialisation: all
    evenly drawn between ``±1 / sqrt(hidden_size)``.

    Parameters
    ----------
    input_size, hidden_size : int
        Length of x and of h.
    rng, dtype
        As in :class:`Linear`.

    Attributes
    ----------
    weight_ih : Tensor, (input_size, 3 * hidden_size)
        From the input to r, z and n, in this order; the transpose of PyTorch's.
    weight_hh : Tensor, (hidden_size, 3 * hidden_size)
        From the state.
    bias_ih, bias_hh : Tensor, (3 * hidden_size,)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        rng: np.random.Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        check_integers("GRU", 1, input_size=input_size, hidden_size=hidden_size)
        input_size, hidden_size = int(input_size), int(hidden_size)

        def draw(*shape: int) -> Tensor:
            return Tensor(init.uniform(shape, 1 / math.sqrt(hidden_size), rng, dtype), True)

        self.weight_ih = draw(input_size, 3 * hidden_size)
        self.weight_hh = draw(hidden_size, 3 * hidden_size)
        self.bias_ih = draw(3 * hidden_size)
        self.bias_hh = draw(3 * hidden_size)

    def forward(self, x: Array, h: Array | None = None) -> tuple[Tensor, Tensor]:
        """Run along sequences.

        Parameters
        ----------
        x : (N, T, input_size)
            N sequences of T steps (PyTorch calls this order ``batch_first``).
        h : (N, hidden_size), optional
            States to start from; zeros if not given.

        Returns
        -------
        states : Tensor, (N, T, hidden_size)
            After each step.
        h : Tensor, (N, hidden_size)
            After the last.
        """
        x, size = as_real(x, "GRU"), self.weight_hh.shape[0]
        if x.ndim != 3 or x.shape[2] != self.weight_ih.shape[0] or not x.shape[1]:
            raise ValueError(
                f"GRU of shape {x.shape}: wanted is (N, T, {self.weight_ih.shape[0]}), N sequences "
                "of T steps, T at least 1."
            )
        state: Any
        if h is None:
            state = np.zeros((x.shape[0], size), self.weight_hh.dtype)
        else:
            state = as_real(h, "GRU", "h")
            if state.shape != (x.shape[0], size):
                raise ValueError(
                    f"GRU: h of shape {state.shape}, wanted is {(x.shape[0], size)}, one state for "
                    "each sequence."
                )
        states = []
        for t in range(x.shape[1]):
            state = self._step(x[:, t], state)
            states.append(state)
        return ops.stack(states, axis=1), states[-1]

    def _step(self, x: Array, h: Array) -> Tensor:
        size = self.weight_hh.shape[0]
        a = linear(x, self.weight_ih, self.bias_ih)
        b = linear(h, self.weight_hh, self.bias_hh)
        gates = ops.sigmoid(a[:, : 2 * size] + b[:, : 2 * size])
        r, z = gates[:, :size], gates[:, size:]
        n = ops.tanh(a[:, 2 * size :] + r * b[:, 2 * size :])
        return n + z * (h - n)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.weight_ih.shape[0]}, {self.weight_hh.shape[0]}"
