"""The exercises of lesson 23, *Policy gradients*."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, numbers

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]

_BARE, _LESS = [-1.0, -1.0, 2.0], [-0.75, -0.75, 1.5]

estimates = Exercise(
    answer=[_BARE, _LESS],
    praise="The same direction, a shorter step: all arms but the one that was drawn lose.",
    slips={
        "You take the probability's own slope. The estimate has the slope of its logarithm.":
            [[-0.5, -0.5, 1.0], [-0.375, -0.375, 0.75]],
        "The signs are turned: that leads downhill in the reward.":
            [[1.0, 1.0, -2.0], [0.75, 0.75, -1.5]],
        "Without the baseline it is right. With it, the baseline is taken off the reward.":
            [_BARE, _BARE],
        "The two are swapped: first without the baseline.": [_LESS, _BARE],
        "Only the drawn arm moves in yours. The softmax takes from the others, too.":
            [[0.0, 0.0, 2.0], [0.0, 0.0, 1.5]],
        "One minus the probability is missing: the drawn arm gets 1 - π, not 1.":
            [[-1.0, -1.0, 4.0], [-0.75, -0.75, 3.0]],
        "Without the baseline it is right. The baseline is taken off the reward, not the slope.":
            [_BARE, [-2.0, -2.0, 1.0]],
        "Without the baseline it is right. The baseline is taken off, not added.":
            [_BARE, [-1.25, -1.25, 2.5]],
        "That is for the first arm. The third was drawn.":
            [[3.0, -1.0, -2.0], [2.25, -0.75, -1.5]],
    },
    otherwise="(reward - baseline) times (1 - π) for the drawn arm, and times -π for each other.",
)


def _togo(rewards: Array, alive: Array) -> Array:
    return np.cumsum((rewards * alive)[::-1], axis=0)[::-1]


def _past(rewards: Array, alive: Array) -> Array:
    return np.cumsum(rewards * alive, axis=0)


def _later(rewards: Array, alive: Array) -> Array:
    return _togo(rewards, alive) - rewards * alive


def _whole(rewards: Array, alive: Array) -> Array:
    return np.broadcast_to((rewards * alive).sum(axis=0), rewards.shape)


def _ended_too(rewards: Array, alive: Array) -> Array:
    return np.cumsum(rewards[::-1], axis=0)[::-1]


def _others(returns: Array, alive: Array) -> Array:
    kept = returns * alive
    count = alive.sum(axis=1, keepdims=True) - alive
    return (kept.sum(axis=1, keepdims=True) - kept) / np.maximum(count, 1)


def _own_too(returns: Array, alive: Array) -> Array:
    count = np.maximum(alive.sum(axis=1, keepdims=True), 1)
    return (returns * alive).sum(axis=1, keepdims=True) / count


def _all_others(returns: Array, alive: Array) -> Array:
    kept = returns * alive
    return (kept.sum(axis=1, keepdims=True) - kept) / max(1, alive.shape[1] - 1)


def _over_time(returns: Array, alive: Array) -> Array:
    return (returns * alive).sum(axis=0) / np.maximum(alive.sum(axis=0), 1)


def _others_for_n(returns: Array, alive: Array) -> Array:
    kept = returns * alive
    count = alive.sum(axis=1, keepdims=True)
    return (kept.sum(axis=1, keepdims=True) - kept) / np.maximum(count, 1)


def _at_first(returns: Array, alive: Array) -> Array:
    return _others(returns, alive)[:1]


def _left_out(
    returns: Callable[[Array, Array], Array] = _togo,
    baseline: Callable[[Array, Array], Any] = _others,
    masked: bool = True,
) -> Callable[..., Any]:
    """Weigh each step by the return less the mean of the other episodes, and the slips."""

    def left_out(rewards: Array, alive: Array) -> Any:
        earned = returns(rewards, alive)
        weight = earned - baseline(earned, alive)
        return weight * alive if masked else weight

    return left_out


def _draw_batch(rng: Generator) -> tuple[Any, ...]:
    steps, n = sizes(rng, 2, low=3, high=6)
    lengths = rng.integers(1, steps + 1, n)
    lengths[:3] = [steps, steps, steps - 1]
    return normal(rng, steps, n), np.arange(steps)[:, None] < rng.permutation(lengths)


left_out = Exercise(
    answer=_left_out(),
    draw=_draw_batch,
    edges=((np.array([[1.0, 2.0], [4.0, 9.0]]), np.array([[True, True], [True, False]])),),
    praise="No episode is compared with itself, so the mean of the estimate is the gradient.",
    slips={
        "Your mean holds the episode itself. Leave it out.": _left_out(baseline=_own_too),
        "You leave the episode out of the sum, but not out of the count.":
            _left_out(baseline=_others_for_n),
        "You divide by all others. Only those that are still alive count.":
            _left_out(baseline=_all_others),
        "You take the mean over time. It goes over episodes, at each step.":
            _left_out(baseline=_over_time),
        "Your baseline is a mean of whole returns. At each step, take what is still to come.":
            _left_out(baseline=_at_first),
        "There is no baseline in yours.": _left_out(baseline=lambda returns, alive: 0.0),
        "You add up the rewards before the step. A push answers for what comes after it.":
            _left_out(_past),
        "The reward of the step itself belongs in the sum.": _left_out(_later),
        "Each step gets the return of its whole episode. Rewards before it are none of its doing.":
            _left_out(_whole),
        "You count rewards of steps at which the episode had ended.": _left_out(_ended_too),
        "Steps after the end need the weight 0.": _left_out(masked=False),
    },
    otherwise="The sum of an episode's rewards from the step on, less the mean of that sum over "
    "the other episodes that are alive (0 if there is none); 0 where it has ended.",
)


def _softmax(scores: Array) -> Array:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _slope(
    sign: float = 1.0,
    own: Callable[[Array, Array], Any] = lambda p, hot: 1.0,
    count: Callable[[Array, int], float] = lambda scores, episodes: episodes,
    less: Callable[[Array], Any] = lambda p: p,
) -> Callable[..., Any]:
    """Differentiate the loss with respect to the scores, and the slips."""

    def mended(scores: Array, drawn: Array, weight: Array, episodes: int) -> Any:
        p, hot = _softmax(scores), np.eye(scores.shape[1])[drawn]
        by = weight[:, None] * own(p, hot)
        return sign * by * (less(p) - hot) / count(scores, episodes)

    return mended


def _of_drawn(p: Array, hot: Array) -> Array:
    return (p * hot).sum(axis=1, keepdims=True)


def _steps(scores: Array, episodes: int) -> float:
    return len(scores)


def _draw_slope(rng: Generator) -> tuple[Any, ...]:
    steps, actions = sizes(rng, 2, low=3, high=6)
    drawn = rng.permutation(np.resize(np.arange(actions), steps))
    episodes = whole(rng, 2, steps - 1)
    return np.round(normal(rng, steps, actions) / 2, 2), drawn, normal(rng, steps), episodes


mended = Exercise(
    answer=_slope(),
    draw=_draw_slope,
    praise="The slope of -weight · log π: the softmax less the action that was drawn.",
    slips={
        "Nothing has changed yet. Does a descent along this make a push that paid likelier?":
            _slope(-1.0, _of_drawn),
        "The direction is right now. But a push that was rare hardly counts: why?":
            _slope(own=_of_drawn),
        "The probability in front is gone. But a descent along this makes what paid rarer.":
            _slope(-1.0),
        "Each score has a probability of its own in front. The logarithm's slope has none.":
            _slope(own=lambda p, hot: p),
        "You divide by the steps now, as the page's loss does. Here divide by episodes.":
            _slope(count=_steps),
        "You divide by nothing now. It is a mean over episodes.":
            _slope(count=lambda scores, episodes: 1.0),
        "The scores of the actions that were not drawn move, too: the softmax is missing.":
            _slope(less=lambda p: 0.0),
        "You divide by the probability of what was drawn. The logarithm has done that already.":
            _slope(own=lambda p, hot: 1 / _of_drawn(p, hot)),
    },
    otherwise="weight · (softmax - one_hot) / episodes, row by row.",
)


@dataclass(frozen=True)
class Runs:
    """Stands for training: returns by update, which hang on the rate and on luck."""

    best: Mapping[str, float]
    luck: int

    def __call__(self, method: str, rate: float, seed: int) -> Array:
        """Return the mean return at each of 14 updates."""
        far = np.log2(rate / self.best[method])
        rng = np.random.default_rng([self.luck, ord(method[0]), round(1e6 * rate), int(seed)])
        fallen = rng.random() < 0.3
        end = 400 - 40 * far**2 + 15 * rng.normal() - 250 * fallen
        rise = np.minimum(1, np.arange(1, 15) / 5)
        lucky = 200 * (np.arange(14) == rng.integers(6, 13)) * rng.random()
        return np.round(end * rise + lucky + 25 * rng.normal(size=14), 2)


def _end(returns: Array) -> float:
    return float(np.mean(returns[-5:]))


def _fair(
    score: Callable[[Array], float] = _end,
    middle: Callable[[Any], Any] = np.median,
    choose: Callable[[Any], Any] = np.argmax,
    tune_on: Callable[[Any, Any], Any] = lambda tries, fresh: tries,
    judge_on: Callable[[Any, Any], Any] = lambda tries, fresh: fresh,
    told: Callable[[Array, Array], Any] = lambda a, b: ((a > b).sum(), np.median(a - b)),
    one_rate: bool = False,
) -> Callable[..., Any]:
    """Compare two methods from start to end, and the slips."""

    def fair(run: Any, rates: dict[str, list[float]], tries: Any, fresh: Any) -> Any:
        best = {}
        for method, tried in rates.items():
            seeds = tune_on(list(tries), list(fresh))
            scores = [middle([score(run(method, r, s)) for s in seeds]) for r in tried]
            best[method] = tried[int(choose(scores))]
        if one_rate:
            best["B"] = best["A"]
        seeds = judge_on(list(tries), list(fresh))
        a, b = (np.array([score(run(m, best[m], s)) for s in seeds]) for m in ("A", "B"))
        return best["A"], best["B"], *told(a, b)

    return fair


def _draw_fair(rng: Generator) -> tuple[Any, ...]:
    best = {"A": between(rng, 0.03, 0.1), "B": between(rng, 0.003, 0.01)}
    n, m = sizes(rng, 2, low=4, high=6)
    rates = {
        name: np.round(best[name] * 2 ** rng.uniform(-2, 2, k), 4).tolist()
        for name, k in (("A", n), ("B", m))
    }
    first = whole(rng, 0, 99)
    tries, fresh = list(range(first + 100, first + 105)), list(range(first, first + 7))
    return Runs(best, whole(rng, 0, 9999)), rates, tries, fresh


fair = Exercise(
    answer=_fair(),
    use=numbers(4, "Return four numbers: A's rate, B's rate, the count of pairs, the difference."),
    draw=_draw_fair,
    draws=10,
    praise="Each at a rate of its own, judged by its end, on seeds that chose nothing.",
    slips={
        "You score a run by its best update. That is luck: take the mean of the last five.":
            _fair(lambda returns: float(np.max(returns))),
        "You score a run by the median of its last five. Their mean was asked.":
            _fair(lambda returns: float(np.median(returns[-5:]))),
        "You score a run by its last update alone. Take the mean of the last five.":
            _fair(lambda returns: float(returns[-1])),
        "You score a run by the mean of all updates. That asks who is early; the end was asked.":
            _fair(lambda returns: float(np.mean(returns))),
        "You choose the lowest. A return is no loss: high is good.": _fair(choose=np.argmin),
        "You choose by the mean of the seeds. That may be wise; the median was asked.":
            _fair(middle=np.mean),
        "You choose by the luckiest seed. Take the median.": _fair(middle=np.max),
        "You choose on the fresh seeds. They are for the judgement.":
            _fair(tune_on=lambda tries, fresh: fresh),
        "You judge on the seeds that you chose with: the winner was lucky there.":
            _fair(judge_on=lambda tries, fresh: tries),
        "You judge on all seeds, those of the choice included.":
            _fair(judge_on=lambda tries, fresh: tries + fresh),
        "B runs at the rate that was best for A. Each has its own.": _fair(one_rate=True),
        "You count the pairs in which B is higher.":
            _fair(told=lambda a, b: ((a < b).sum(), np.median(a - b))),
        "You give the share of the pairs in which A is higher. Give their number.":
            _fair(told=lambda a, b: ((a > b).mean(), np.median(a - b))),
        "The difference is A minus B.":
            _fair(told=lambda a, b: ((a > b).sum(), np.median(b - a))),
        "You subtract medians. Pairs first: take the median of the differences.":
            _fair(told=lambda a, b: ((a > b).sum(), np.median(a) - np.median(b))),
        "You take the mean difference. One fallen run moves it: take the median.":
            _fair(told=lambda a, b: ((a > b).sum(), np.mean(a - b))),
    },
    otherwise="A run's score is the mean of its last five returns. For each method the rate with "
    "the highest median score over `tries`; then pairs over `fresh`.",
)
