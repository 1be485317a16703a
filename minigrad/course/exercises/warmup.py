"""The exercises of lesson 08, *Warmup, cycles and restarts*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .comparing import untouched
from .decay import at_once_and_singly, updates
from .drawing import Generator, between, normal, whole
from .exercise import Exercise, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]


def _in_any_order(numbers: Any) -> Any:
    return np.sort(numbers) if np.ndim(numbers) == 1 else numbers


jumps = Exercise(
    answer=[50, 200, 650],
    use=_in_any_order,
    praise="A restart comes when all the periods before it are over.",
    slips={
        "Those are the lengths of the periods. A restart comes when all periods so far are over.":
            [50, 150, 450],
        "That is a period that never grows.": [50, 100, 150],
        "Each period is three times the one before: 50, 150, and then 450, not 250.":
            [50, 200, 450],
        "That is each period twice the one before. Here it is three times.": [50, 150, 350],
        "Those updates are the last of their periods. The jump is at the next one.": [49, 199, 649],
        "The first period is 50 updates long: updates 0 to 49. Update 50 is the first at the peak "
        "again.": [51, 201, 651],
        "Update 0 begins at the peak, but nothing has jumped back yet.": [0, 50, 200],
        "The first period has not grown yet: it is 50 updates long.": [150, 600, 1950],
    },
    otherwise="Write down the lengths of the first three periods, and add them up one by one.",
)


def _cycle(
    height: Callable[..., Array] = lambda t, up: 1 - abs(t % (2 * up) - up) / up,
    between: Callable[..., Array] = lambda low, high, part: low + (high - low) * part,
) -> Callable[..., Array]:
    return lambda t, low, high, up: between(low, high, height(t, up))


def _draw_cycle(rng: Generator) -> tuple[Any, ...]:
    up = whole(rng, 2, 12)
    t = updates(rng, up, 2 * up, 3 * up, 4 * up)
    return t, between(rng, 0.01, 0.2), between(rng, 0.3, 0.9), up


triangle = Exercise(
    answer=_cycle(),
    use=lambda triangle, t, low, high, up: at_once_and_singly(triangle, t, low, high, up),
    draw=_draw_cycle,
    draws=4,
    praise="Up and down in equal amounts, and the foot of one cycle is the first of the next.",
    slips={
        "It is upside down: it starts at `high`.":
            _cycle(lambda t, up: abs(t % (2 * up) - up) / up),
        "It falls off a cliff at its peak: a cycle is `up` updates up and `up` down.":
            _cycle(lambda t, up: (t % up) / up),
        "It rises for 2 · up updates and then falls off a cliff.":
            _cycle(lambda t, up: t % (2 * up) / (2 * up)),
        "It goes up and down once. The place within the cycle is t % (2 * up).":
            _cycle(lambda t, up: 1 - abs(t - up) / up),
        "It goes up and down once, and then stays at `low`.":
            _cycle(lambda t, up: np.maximum(1 - abs(t - up) / up, 0)),
        "Its peak is at low + high. What lies between the two is their difference.":
            _cycle(between=lambda low, high, part: low + high * part),
        "Its foot is at 0. Where does `low` come in?":
            _cycle(between=lambda low, high, part: high * part),
        "It reaches only half of the way: the distance to the peak is to be divided by `up`.":
            _cycle(lambda t, up: (1 - abs(t % (2 * up) - up) / up) / 2),
        "It goes up and down twice as fast: `up` is the length of the rise alone.":
            _cycle(lambda t, up: 1 - abs(2 * (t % up) / up - 1)),
        "It runs one update ahead: at t = 0 it should be at `low`.":
            _cycle(lambda t, up: 1 - abs((t + 1) % (2 * up) - up) / up),
    },
    otherwise="It should be `low` at t = 0, `high` at t = up, `low` again at 2 · up, and half-way "
    "between at up / 2. Print these four.",
)


def _cut_rates(
    best: Callable[..., float] = min,
    after_cut: Callable[[int], int] = lambda bad: 0,
    after_gain: Callable[[int], int] = lambda bad: 0,
    is_cut: Callable[[int, int], bool] = lambda bad, patience: bad > patience,
    cut: Callable[[float, float], float] = lambda lr, factor: lr * factor,
    forget: bool = False,
    late: bool = False,
    gains: Callable[[float, float], bool] = lambda loss, lowest: loss < lowest,
) -> Callable[..., list[float]]:
    """Write the rates with the slips that a reader may make."""

    def rates(losses: list[float], lr: float, factor: float, patience: int) -> list[float]:
        lowest, bad, used = np.inf, 0, []
        for loss in losses:
            bad = after_gain(bad) if gains(loss, lowest) else bad + 1
            lowest = best(lowest, loss)
            before = lr
            if is_cut(bad, patience):
                lr, bad = cut(lr, factor), after_cut(bad)
                lowest = np.inf if forget else lowest
            used.append(before if late else lr)
        return used

    return rates


def _last(lowest: float, loss: float) -> float:
    return loss


def _still(bad: int) -> int:
    return bad


def _draw_losses(rng: Generator) -> tuple[list[float], float, float, int]:
    losses = np.linspace(3, 2, 24) + rng.normal(0, 0.5, 24)
    return (
        [round(float(loss), 2) for loss in losses],
        between(rng, 0.2, 0.9),
        float(rng.choice([0.2, 0.5])),
        whole(rng, 1, 3),
    )


cuts = Exercise(
    answer=_cut_rates(),
    draw=_draw_losses,
    edges=(
        ([3.0, 2.0, 4.0, 3.0, 4.0, 3.0, 4.0], 0.8, 0.5, 2),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 0.8, 0.5, 1),
        ([3.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.5, 0.5, 0.7], 0.4, 0.2, 2),
        ([2.0, 3.0, 1.0, 3.0, 0.5, 3.0, 0.2, 3.0, 0.1, 3.0, 0.05], 0.8, 0.5, 1),
        ([5.0, 4.0, 3.0, 2.0, 1.0, 0.5], 0.8, 0.5, 1),
    ),
    praise="It listens to the best loss, and gives each new rate its time.",
    slips={
        "Both faults are still there. Which loss is each one compared with? And what becomes of "
        "the count when the rate has been cut?": _cut_rates(_last, _still),
        "Now each rate gets its time. But a loss is still compared with the one before: on a noisy "
        "curve every second loss is an improvement.": _cut_rates(_last),
        "Now it compares with the best. But once it has begun to cut, it cuts at every further "
        "loss.": _cut_rates(after_cut=_still),
        "It cuts one loss too soon: *more than* `patience` are needed.":
            _cut_rates(is_cut=lambda bad, patience: bad >= patience),
        "It counts all the losses without an improvement, not those in a row: a new best begins "
        "the count again.": _cut_rates(after_gain=_still),
        "It forgets the best loss when it cuts: the next one, however bad, is a new best.":
            _cut_rates(forget=True),
        "A cut multiplies the rate by `factor`. It does not take it away.":
            _cut_rates(cut=lambda lr, factor: lr - factor),
        "A cut divides by `factor`: the rate goes up.":
            _cut_rates(cut=lambda lr, factor: lr / factor),
        "The rate is never cut.": _cut_rates(cut=lambda lr, factor: lr),
        "After a cut the count begins at 0, not at 1.": _cut_rates(after_cut=lambda bad: 1),
        "Each cut shows one loss late: the rate *after* each loss is wanted.":
            _cut_rates(late=True),
        "A loss that equals the best is not below it, and counts as one without an improvement.":
            _cut_rates(gains=lambda loss, lowest: loss <= lowest),
    },
    otherwise="With patience 1 and factor 0.5, the losses 1, 2, 3, 4, 5, 6 give the rates lr, lr, "
    "lr / 2, lr / 2, lr / 4, lr / 4. Print yours.",
)


def _norm(grads: list[Array]) -> float:
    return float(np.sqrt(sum(np.sum(g**2) for g in grads)))


def _scaled(factor: Callable[[list[Array], float], float]) -> Callable[..., list[Array]]:
    return lambda grads, max_norm: [g * factor(grads, max_norm) for g in grads]


def _clipped(clip: Any, grads: list[Array], max_norm: float) -> Any:
    before = [g.copy() for g in grads]
    returned = clip(grads, max_norm)
    if returned is None and not untouched(before, grads):
        raise Complaint("It clips in place, and returns nothing. Return the list.")
    return call(lambda: returned)


def _draw_gradients(rng: Generator) -> tuple[list[Array], float]:
    grads = [normal(rng, 2, 3), normal(rng, whole(rng, 2, 4)), normal(rng, 1)]
    grads = [grads[i] for i in rng.permutation(3)[: whole(rng, 2, 3)]]
    return grads, round(_norm(grads) * float(rng.choice([0.3, 0.6, 0.9, 1.5])), 2)


clipping = Exercise(
    answer=_scaled(lambda grads, c: min(1, c / _norm(grads))),
    use=_clipped,
    draw=_draw_gradients,
    edges=(
        ([np.array([[3.0, -4.0], [0.2, 0.0]]), np.array([12.0, 0.5])], 2.0),
        ([np.array([[0.3, -0.1], [0.2, 0.0]]), np.array([0.4, 0.1])], 2.0),
        ([np.array([-3.0]), np.array([[0.5, 4.0]]), np.array([0.1, 0.2, 0.3])], 0.5),
    ),
    praise="One factor for all, and only where the gradient is too long.",
    slips={
        "Nothing is clipped: the gradients come back as they went in. Which arrays are in the "
        "list after the loop?": _scaled(lambda grads, c: 1.0),
        "That is clipping by value: each element by itself. The direction has changed.":
            lambda grads, c: [np.clip(g, -c, c) for g in grads],
        "Each array is clipped by its own length. Take one length over all of them.":
            lambda grads, c: [g * min(1, c / _norm([g])) for g in grads],
        "A gradient that is short enough is made longer. Clip only where the norm is above "
        "`max_norm`.": _scaled(lambda grads, c: c / _norm(grads)),
        "The fraction is upside down: the long gradient has become longer.":
            _scaled(lambda grads, c: max(1, _norm(grads) / c)),
        "You divide by the squared norm: the root is missing.":
            _scaled(lambda grads, c: min(1, c / _norm(grads) ** 2)),
        "It divides by the norm, but does not multiply by `max_norm`: the length is 1.":
            _scaled(lambda grads, c: 1 / _norm(grads) if _norm(grads) > c else 1),
        "The norms of the arrays are added. Add their squares, and take the root.":
            _scaled(lambda grads, c: min(1, c / sum(_norm([g]) for g in grads))),
        "That is the sum of absolute values where the norm is wanted.":
            _scaled(lambda grads, c: min(1, c / sum(float(np.abs(g).sum()) for g in grads))),
    },
    otherwise="After it the common norm should be `max_norm` where it was above, and a shorter "
    "gradient should come back unchanged, in arrays of the same shapes.",
)


def _at_own_rate(losses: Array) -> int:
    return int(np.argmin(np.median(losses, axis=1)))


def _fair(
    row_a: Callable[..., Any] = lambda tuning_a, tuning_b, fresh_a, fresh_b: _at_own_rate(tuning_a),
    row_b: Callable[..., Any] = lambda tuning_a, tuning_b, fresh_a, fresh_b: _at_own_rate(tuning_b),
    count: Callable[[Array, Array], Any] = lambda a, b: np.sum(a < b),
    by: Callable[[Array, Array], Any] = lambda a, b: np.median(a - b),
) -> Callable[..., tuple[Any, Any]]:
    """Write the judge with the slips that a reader may make."""

    def judge(tuning_a: Array, tuning_b: Array, fresh_a: Array, fresh_b: Array) -> tuple[Any, Any]:
        tables = tuning_a, tuning_b, fresh_a, fresh_b
        a, b = fresh_a[row_a(*tables)], fresh_b[row_b(*tables)]
        return count(a, b), by(a, b)

    return judge


def _chosen(by: Callable[[Array], Any]) -> dict[str, Callable[..., int]]:
    """Choose both rows by something else than the median of the tuning losses."""
    return {
        "row_a": lambda tuning_a, tuning_b, fresh_a, fresh_b: int(np.argmin(by(tuning_a))),
        "row_b": lambda tuning_a, tuning_b, fresh_a, fresh_b: int(np.argmin(by(tuning_b))),
    }


def _table(rng: Generator, best: int, chosen: int, lost: int | None = None) -> Array:
    """Draw losses of five rates, lowest around ``best``, with one run thrown out at ``lost``."""
    losses = 0.5 + 0.03 * abs(np.arange(5) - best)[:, None] + rng.gamma(1, 0.1, (5, chosen))
    if lost is not None:
        losses[lost, whole(rng, 0, chosen - 1)] = np.inf
    return np.round(losses, 3)


def _draw_race(rng: Generator) -> tuple[Array, ...]:
    a, b = rng.permutation(5)[:2]
    seeds = 2 * whole(rng, 4, 7) + 1
    return _table(rng, a, 5, a), _table(rng, b, 7), _table(rng, a, seeds), _table(rng, b, seeds)


fair = Exercise(
    answer=_fair(),
    draw=_draw_race,
    draws=12,
    praise="Each at its own rate, chosen on seeds that do not race, and compared seed by seed.",
    slips={
        "You choose the rates on the fresh seeds, the ones that race. The luck of the choice then "
        "counts as a win.": _fair(
            lambda tuning_a, tuning_b, fresh_a, fresh_b: _at_own_rate(fresh_a),
            lambda tuning_a, tuning_b, fresh_a, fresh_b: _at_own_rate(fresh_b),
        ),
        "B runs at the rate of A. Each contender has its own best rate.":
            _fair(row_b=lambda tuning_a, *others: _at_own_rate(tuning_a)),
        "A runs at the rate of B. Each contender has its own best rate.":
            _fair(lambda tuning_a, tuning_b, fresh_a, fresh_b: _at_own_rate(tuning_b)),
        "You choose by the mean, and one run that was thrown out makes it infinite. The median "
        "bears it.": _fair(**_chosen(lambda losses: losses.mean(axis=1))),
        "You choose by the luckiest run of each rate. A rate must do well in the typical run.":
            _fair(**_chosen(lambda losses: losses.min(axis=1))),
        "You choose by the worst run of each rate. The course takes the median.":
            _fair(**_chosen(lambda losses: losses.max(axis=1))),
        "You count where A is above B.": _fair(count=lambda a, b: np.sum(a > b)),
        "The number of seeds is wanted, not their share.": _fair(count=lambda a, b: np.mean(a < b)),
        "That is the difference of the medians. Subtract seed by seed first: runs that share a "
        "seed share its luck.": _fair(by=lambda a, b: np.median(a) - np.median(b)),
        "The mean of the differences is moved by one wild run. Take their median.":
            _fair(by=lambda a, b: np.mean(a - b)),
        "It should be A − B: negative where A is lower.": _fair(by=lambda a, b: np.median(b - a)),
        "A difference may have either sign. You give its size.":
            _fair(by=lambda a, b: np.median(abs(a - b))),
        "Both numbers are right, and the wrong way round: first the count.":
            lambda *tables: _fair()(*tables)[::-1],
    },
    otherwise="First a row for each contender, chosen by its own tuning losses. Then the two rows "
    "of fresh losses, compared seed by seed.",
)
