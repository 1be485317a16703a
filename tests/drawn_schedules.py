"""Schedules drawn by Hypothesis: every one, those that fall, those that peak."""

from __future__ import annotations

from hypothesis import strategies as st

from minigrad import schedules
from minigrad.schedules import (
    Schedule,
    clamp,
    constant,
    cosine,
    cosine_restarts,
    exp_range,
    exponential,
    inverse_sqrt,
    inverse_time,
    join,
    linear,
    one_cycle,
    one_cycle_momentum,
    piecewise_constant,
    piecewise_interpolated,
    polynomial,
    scale,
    step_decay,
    triangular,
    triangular2,
    warmup,
    warmup_stable_decay,
)

FUNCTIONS = [name for name in schedules.__all__ if name.islower()]

rates = st.floats(1e-6, 10.0)
lengths = st.integers(1, 300)
shares = st.floats(0.0, 1.0)
factors = st.floats(0.5, 1.0)
steps = st.integers(0, 1000)


@st.composite
def rates_and_boundaries(draw: st.DrawFn) -> tuple[list[float], list[int]]:
    boundaries = draw(st.lists(st.integers(1, 500), min_size=1, max_size=5, unique=True))
    size = len(boundaries) + 1
    return draw(st.lists(rates, min_size=size, max_size=size)), sorted(boundaries)


# Schedules that fall, each with the step from which on it stays at its end value (None: never).
FALLING: dict[str, st.SearchStrategy[tuple[Schedule, int | None]]] = {
    "constant": st.builds(lambda r: (constant(r), 0), rates),
    "step_decay": st.builds(lambda r, f, n: (step_decay(r, f, n), None), rates, factors, lengths),
    "linear": st.builds(lambda r, n, c: (linear(r, n, r * c), n), rates, lengths, shares),
    "exponential": st.builds(lambda r, f, n: (exponential(r, f, n), None), rates, factors, lengths),
    "polynomial": st.builds(
        lambda r, n, c, p: (polynomial(r, n, p, r * c), n),
        *(rates, lengths, shares, st.floats(0.2, 4)),
    ),
    "inverse_time": st.builds(lambda r, k: (inverse_time(r, k), None), rates, st.floats(1e-4, 1)),
    "inverse_sqrt": st.builds(lambda r: (inverse_sqrt(r), None), rates),
    "cosine": st.builds(lambda r, n, c: (cosine(r, n, r * c), n), rates, lengths, shares),
}
# Schedules that rise to a peak and fall, with the first step of the peak and that of the end.
PEAKED: dict[str, st.SearchStrategy[tuple[Schedule, int, int | None]]] = {
    "inverse_sqrt with warmup": st.builds(
        lambda r, n: (inverse_sqrt(r, n), n - 1, None), rates, lengths
    ),
    "cosine with warmup": st.builds(
        lambda r, w, n, c: (cosine(r, w + n, r * c, w), w, w + n), rates, lengths, lengths, shares
    ),
    "one_cycle": st.builds(
        lambda r, w, n, f, shape: (
            one_cycle(r, w + n + f, warmup=w, final=f, shape=shape),
            w,
            w + n + f,
        ),
        *(rates, lengths, lengths, st.integers(0, 50), st.sampled_from(["linear", "cosine"])),
    ),
    "warmup_stable_decay": st.builds(
        lambda r, w, n, d, c, shape: (
            warmup_stable_decay(r, w + n + d, w, d, r * c, shape),
            w,
            w + n + d,
        ),
        *(rates, lengths, lengths, lengths, shares),
        st.sampled_from(["linear", "cosine", "1-sqrt"]),
    ),
    "warmup": st.builds(
        lambda r, w, n, shape: (warmup(cosine(r, n), w, shape), w, w + n),
        *(rates, lengths, lengths, st.sampled_from(["linear", "cosine", "exponential"])),
    ),
}
CYCLES: dict[str, st.SearchStrategy[Schedule]] = {
    "cosine_restarts": st.builds(
        lambda r, n, g, c: cosine_restarts(r, n, g, r * c),
        *(rates, lengths, st.integers(1, 3), shares),
    ),
    "triangular": st.builds(
        lambda r, c, u, d: triangular(r * c, r, u, d), rates, shares, lengths, lengths
    ),
    "triangular2": st.builds(lambda r, c, u: triangular2(r * c, r, u), rates, shares, lengths),
    "exp_range": st.builds(
        lambda r, c, u, f: exp_range(r * c, r, u, factor=f), rates, shares, lengths, factors
    ),
    "one_cycle_momentum": st.builds(
        lambda n, w, f: one_cycle_momentum(w + n + f, warmup=w, final=f),
        *(lengths, lengths, st.integers(0, 50)),
    ),
    "piecewise_constant": st.builds(lambda rb: piecewise_constant(*rb), rates_and_boundaries()),
    "piecewise_interpolated": st.builds(
        lambda rb, shape: piecewise_interpolated(*rb, shape),
        *(rates_and_boundaries(), st.sampled_from(["linear", "cosine"])),
    ),
}
falling = st.one_of(*FALLING.values())
peaked = st.one_of(*PEAKED.values())
simple = st.one_of(falling.map(lambda s: s[0]), peaked.map(lambda s: s[0]), *CYCLES.values())
any_schedule = st.one_of(
    simple,
    st.builds(lambda s, c: scale(s, c), simple, shares),
    st.builds(lambda s, r: clamp(s, r, 2 * r), simple, rates),
    st.builds(lambda a, b, n: join([a, b], [n]), simple, simple, lengths),
    st.builds(lambda s, n: warmup(s, n), simple, lengths),
)
