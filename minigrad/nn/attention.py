"""Attention."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ..arguments import check_flags, check_integers
from ..core import ops
from ..core.modes import effect
from ..core.tensor import Array, Tensor, raw
from . import init
from .inputs import as_array, as_real
from .layers import Linear
from .module import Module


class MultiHeadAttention(Module):
    """Averages of values, weighted by how well queries match keys (Vaswani et al. 2017).

    The ``embed_dim`` features are split evenly among heads of d features. Each head computes
    ``softmax(q @ k.T / sqrt(d)) @ v``. Weights and biases start as in PyTorch: the projections to
    q, k and v as one Xavier matrix would, ``out`` as a linear layer, all biases 0.

    Parameters
    ----------
    embed_dim, num_heads : int
        Number of features, and of heads; the second divides the first.
    rng, dtype
        As in :class:`Linear`.

    Attributes
    ----------
    q, k, v, out : Linear, embed_dim to embed_dim
        PyTorch keeps the first three in one matrix, ``in_proj_weight``.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        rng: np.random.Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        check_integers("MultiHeadAttention", 1, embed_dim=embed_dim, num_heads=num_heads)
        embed_dim, num_heads = int(embed_dim), int(num_heads)
        if embed_dim % num_heads:
            raise ValueError(
                "MultiHeadAttention: embed_dim is split evenly among num_heads; "
                f"got {embed_dim} features and {num_heads} heads."
            )
        self.num_heads = num_heads
        shape = (embed_dim, embed_dim)
        bound = math.sqrt(6 / (embed_dim + 3 * embed_dim))
        self.q, self.k, self.v, self.out = (Linear(*shape, rng=rng, dtype=dtype) for _ in range(4))
        for layer in (self.q, self.k, self.v):
            layer.weight = Tensor(init.uniform(shape, bound, rng, dtype), True)
        for layer in (self.q, self.k, self.v, self.out):
            layer.bias = Tensor(init.zeros((embed_dim,), dtype), True)

    def forward(
        self,
        query: Array,
        key: Array | None = None,
        value: Array | None = None,
        causal: bool = False,
        key_padding_mask: Array | None = None,
        need_weights: bool = False,
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Attend.

        Parameters
        ----------
        query : (N, T, embed_dim)
        key, value : (N, S, embed_dim), optional
            What is looked at; ``key`` is ``query`` unless given (self-attention), ``value`` is
            ``key``.
        causal : bool
            Whether position t sees only positions up to t.
        key_padding_mask : bool (N, S), optional
            True where a key is padding, which nobody looks at. Each query must be left with a key
            to look at; PyTorch gives NaN where it is not.
        need_weights : bool
            Whether to return the weights as well. PyTorch does so unless told otherwise.

        Returns
        -------
        out : Tensor, (N, T, embed_dim)
        weights : Tensor, (N, T, S), if asked for
            How much each query takes of each value, the mean over the heads; they add up to 1.
        """
        check_flags("MultiHeadAttention", causal=causal, need_weights=need_weights)
        query = as_real(query, "MultiHeadAttention", "query")
        key = query if key is None else as_real(key, "MultiHeadAttention", "key")
        value = key if value is None else as_real(value, "MultiHeadAttention", "value")
        features = self.q.weight.shape[0]
        for name, x in (("query", query), ("key", key), ("value", value)):
            if x.ndim != 3 or x.shape[2] != features or x.shape[0] != query.shape[0]:
                n = query.shape[0] if query.ndim == 3 and x is not query else "N"
                raise ValueError(
                    f"MultiHeadAttention: {name} of shape {x.shape}, wanted is "
                    f"({n}, T, {features})."
                )
        if key.shape != value.shape or not key.shape[1]:
            raise ValueError(
                f"MultiHeadAttention: key of shape {key.shape} and value of shape {value.shape}; "
                "wanted is one value for each key, and at least one of them."
            )
        q = self._split(self.q(query), (0, 2, 1, 3))
        k = self._split(self.k(key), (0, 2, 3, 1))
        v = self._split(self.v(value), (0, 2, 1, 3))
        scores = q / math.sqrt(q.shape[-1]) @ k
        if causal:
            later = np.triu(np.ones(scores.shape[-2:], bool), 1)
            scores = ops.where(later, -np.inf, scores)
        if key_padding_mask is not None:
            padding = _as_mask(key_padding_mask, key.shape[:2])
            _check_seen(padding, causal)
            scores = ops.where(padding[:, None, None], -np.inf, scores)
        weights = ops.softmax(scores)
        heads = ops.permute_dims(weights @ v, (0, 2, 1, 3))
        out = self.out(ops.reshape(heads, query.shape))
        return (out, ops.mean(weights, axis=1)) if need_weights else out

    def _split(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        """Return (N, T, embed_dim) as (N, T, heads, d), with its axes in another order."""
        n, t, features = x.shape
        heads = ops.reshape(x, (n, t, self.num_heads, features // self.num_heads))
        return ops.permute_dims(heads, axes)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"embed_dim={self.q.weight.shape[0]}, num_heads={self.num_heads}"


def _as_mask(mask: Array, shape: tuple[int, ...]) -> Array:
    mask = as_array(mask, "MultiHeadAttention", "key_padding_mask", np.float32)
    if mask.dtype != np.bool_ or mask.shape != shape:
        raise (ValueError if mask.dtype == np.bool_ else TypeError)(
            f"MultiHeadAttention: key_padding_mask is True or False for each key, of shape "
            f"{shape}; got {mask.dtype} of shape {mask.shape}."
        )
    return mask


@effect
def _check_seen(padding: Array, causal: bool) -> None:
    mask = raw(padding)
    blind = mask[:, 0] if causal else mask.all(axis=1)  # the first query sees the first key alone
    if blind.any():
        raise ValueError(
            f"MultiHeadAttention: key_padding_mask leaves a query of row {blind.argmax()} no key "
            "to look at."
        )
