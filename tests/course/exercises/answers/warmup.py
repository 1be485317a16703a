"""Answers to the exercises of lesson 08: right ones written otherwise, and wrong ones."""

import math
from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["jumps"] = [
    {50, 200, 650},
    [50, 200, 650],
    (50, 200, 650),
    np.cumsum([50, 150, 450]),
    [50.0, 200.0, 650.0],
]


WRONG["jumps"] = [
    ([50, 150, 450], "lengths of the periods"),
    ([50, 100, 150], "never grows"),
    ([50, 200, 450], "then 450, not 250"),
    ([50, 150, 350], "twice the one before"),
    ([49, 199, 649], "last of their periods"),
    ([51, 201, 651], "updates 0 to 49"),
    ([0, 50, 200], "nothing has jumped"),
    ([150, 600, 1950], "has not grown yet"),
    ([1, 2, 3], "add them up"),
    (50, "add them up"),
]


def triangle_of_one_update(t, low, high, up):
    place = t % (2 * up)
    part = place / up if place <= up else (2 * up - place) / up
    return low + part * (high - low)


RIGHT["triangle"] = [
    lambda t, low, high, up: mg.schedules.triangular(low, high, up)(t),
    lambda t, low, high, up: np.interp(t % (2 * up), [0, up, 2 * up], [low, high, low]),
]


WRONG["triangle"] = [
    (triangle_of_one_update, "raised ValueError"),
    (lambda t, a, b, u: a + (b - a) * abs(t % (2 * u) - u) / u, "upside down"),
    (lambda t, a, b, u: a + (b - a) * (t % u) / u, "cliff at its peak"),
    (lambda t, a, b, u: a + (b - a) * (t % (2 * u)) / (2 * u), "2 · up updates"),
    (lambda t, a, b, u: a + (b - a) * (1 - abs(t - u) / u), "up and down once. The place"),
    (
        lambda t, a, b, u: a + (b - a) * np.maximum(1 - abs(t - u) / u, 0),
        "stays at `low`",
    ),
    (lambda t, a, b, u: a + b * (1 - abs(t % (2 * u) - u) / u), "low + high"),
    (lambda t, a, b, u: b * (1 - abs(t % (2 * u) - u) / u), "Where does `low`"),
    (lambda t, a, b, u: a + (b - a) * (1 - abs(t % (2 * u) - u) / u) / 2, "half of the way"),
    (lambda t, a, b, u: a + (b - a) * (1 - abs(2 * (t % u) / u - 1)), "twice as fast"),
    (
        lambda t, a, b, u: a + (b - a) * (1 - abs((t + 1) % (2 * u) - u) / u),
        "one update ahead",
    ),
    (lambda t, a, b, u: a, "Print these four"),
]


def ramp_by_weights(schedule, steps, t):
    peak = schedule(0)
    return peak * (1 / steps + (1 - 1 / steps) * t / steps) if t <= steps else schedule(t - steps)


RIGHT["ramp"] = [ramp_by_weights, lambda s, n, t: mg.schedules.warmup(s, n)(t)]


def line(schedule, steps, t):
    return schedule(0) / steps + (schedule(0) - schedule(0) / steps) * t / steps


def ramp(rise, after, s, n, t):
    return rise(s, n, t) if t < n else after(s, n, t)


WRONG["ramp"] = [
    (partial(ramp, rise, after), hears)
    for rise, after, hears in [
        (lambda s, n, t: s(0) * t / n, lambda s, n, t: s(t), "Both faults"),
        (lambda s, n, t: s(0) * t / n, lambda s, n, t: s(t - n), "first rate is still 0"),
        (line, lambda s, n, t: s(t), "already lost"),
        (lambda s, n, t: s(0) * (t + 1) / n, lambda s, n, t: s(t - n), "peak one update too soon"),
        (
            lambda s, n, t: s(0) * (t + 1) / n,
            lambda s, n, t: s(t),
            "too soon, and the schedule's clock",
        ),
        (lambda s, n, t: s(t) * t / n, lambda s, n, t: s(t - n), "multiply the schedule"),
        (lambda s, n, t: s(t), lambda s, n, t: s(t), "The warmup has gone"),
        (line, lambda s, n, t: s(max(t - n - 1, 0)), "starts one update late"),
        (line, lambda s, n, t: 0.0, "Print these three"),
    ]
]


def length(grads):
    return math.sqrt(sum(float(np.sum(g**2)) for g in grads))


def in_place(grads, max_norm):
    total = length(grads)
    for g in grads:
        if total > max_norm:
            g *= max_norm / total
    return grads


def with_the_engine(grads, max_norm):
    tensors = [mg.tensor(np.zeros_like(g), requires_grad=True) for g in grads]
    mg.sum(sum(mg.sum(p * g) for p, g in zip(tensors, grads, strict=True))).backward()
    mg.nn.clip_grad_norm_(tensors, max_norm)
    return [p.grad.numpy() for p in tensors]


RIGHT["clipping"] = [
    with_the_engine,
    lambda gs, c: tuple(g / max(1, length(gs) / c) for g in gs),
]


def never_clips(grads, max_norm):
    total = length(grads)
    for g in grads:
        if total > max_norm:
            g = g * max_norm / total
    return grads


def forgets_to_return(grads, max_norm):
    in_place(grads, max_norm)


WRONG["clipping"] = [
    (in_place, "changed the grads"),
    (never_clips, "Nothing is clipped"),
    (forgets_to_return, "Return the list"),
    (lambda gs, c: [np.clip(g, -c, c) for g in gs], "by value"),
    (lambda gs, c: [g * min(1, c / np.linalg.norm(g)) for g in gs], "its own length"),
    (lambda gs, c: [g * c / length(gs) for g in gs], "made longer"),
    (
        lambda gs, c: [g * (length(gs) / c if length(gs) > c else 1) for g in gs],
        "upside down",
    ),
    (
        lambda gs, c: [g * (c / length(gs) ** 2 if length(gs) ** 2 > c else 1) for g in gs],
        "root is missing",
    ),
    (
        lambda gs, c: [g * (1 / length(gs) if length(gs) > c else 1) for g in gs],
        "the length is 1",
    ),
    (
        lambda gs, c: [g * min(1, c / sum(np.linalg.norm(h) for h in gs)) for g in gs],
        "norms of the arrays are added",
    ),
    (
        lambda gs, c: [g * min(1, c / sum(np.abs(h).sum() for h in gs)) for g in gs],
        "absolute values",
    ),
    (lambda gs, c: [0 * g for g in gs], "common norm"),
    (lambda gs, c: 3, "common norm"),
]


def wsd(
    t, peak, steps, warmup, cooldown, *, shape=lambda u: 1 - math.sqrt(u), rise=None, begin=None
):
    """Return the rate of one update, with the slips that a reader may make."""
    begin = steps - cooldown if begin is None else begin(steps, cooldown)
    if t >= begin:
        return peak * shape(min((t - begin) / cooldown, 1))
    if t < warmup:
        return (
            peak * (1 + (warmup - 1) * t / warmup) / warmup
            if rise is None
            else rise(t, peak, warmup)
        )
    return peak


RIGHT["wsd"] = [
    wsd,
    lambda t, p, n, w, c: mg.schedules.warmup_stable_decay(p, n, w, c, shape="1-sqrt")(t),
]


WRONG["wsd"] = [
    (partial(wsd, **slip), hears)
    for slip, hears in [
        ({"shape": lambda u: 1 - u}, "straight cooldown"),
        ({"shape": lambda u: math.sqrt(1 - u)}, "lands steeply"),
        ({"shape": lambda u: 1 - u**2}, "square in place"),
        ({"begin": lambda steps, cooldown: cooldown}, "that long before the end"),
        ({"begin": lambda steps, cooldown: steps}, "comes after `steps`"),
        ({"rise": lambda t, peak, n: peak * t / n}, "first update is wasted"),
        ({"rise": lambda t, peak, n: peak * (t + 1) / n}, "one update too soon"),
        ({"rise": lambda t, peak, n: peak}, "warmup is missing"),
        ({"shape": lambda u: 1.0}, "cooldown is missing"),
        ({"shape": lambda u: 0.0}, "half of peak"),
    ]
]


def beyond(t, peak, steps, warmup, cooldown):
    begin = steps - cooldown
    if t <= begin:
        return wsd(t, peak, steps, warmup, cooldown)
    return peak * (1 - math.sqrt((t - begin) / cooldown))


WRONG["wsd"] += [(beyond, "negative")]
