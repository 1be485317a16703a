"""The exercises of lesson 22, *Q-learning*."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, call, numbers
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]

by_hand = Exercise(
    answer=[3.5, 9.0, 2.0],
    praise="Half of the way to a target each time, and where it ends nothing comes after.",
    slips={
        "The second step ends the episode: there is no next tile to add.": [3.5, 11.0, 2.0],
        "Take the highest value of the tile you come to, not of the one you leave.":
            [2.5, 9.0, 2.0],
        "Those are the targets. The rate is a half: go half of the way.": [5.0, 10.0, 0.0],
        "You add half of the target. Half of the way to it is half of the difference.":
            [4.5, 13.0, 4.125],
        "The next tile's value counts half: where is γ?": [5.5, 9.0, 3.75],
        "Take the highest value of the next tile, not the mean of its two.": [2.5, 9.0, 1.8125],
        "Take the highest value of the next tile, not the value of the same move.":
            [1.5, 9.0, 2.0],
        "The third step comes to A, whose highest value is 4, not the one that has just changed.":
            [3.5, 9.0, 1.875],
        "You go all of the way. The rate is a half.": [5.0, 10.0, 0.5],
        "Those are the changes. What are the new values?": [1.5, 1.0, -2.0],
    },
    otherwise="Old value + half of (reward + half of the next tile's highest value - old value), "
    "and no next tile where it ends.",
)


def _learned(
    count: Callable[[Array, int, int], Any] = lambda N, s, a: N[s, a] + 1,
    follows: Callable[[Array, int, int], Any] = lambda Q, s2, a: Q[s2].max(),
    ends: bool = True,
    discount: bool = True,
    whole_target: bool = False,
    power: Callable[[float], float] = lambda omega: -omega,
    counted: bool = True,
    own_row: bool = False,
    paid: bool = True,
    towards: int = 1,
) -> Callable[..., Any]:
    """Write one update of a table, and the slips."""

    def learned(
        Q: Array, N: Array, s: int, a: int, r: float, s2: int, terminated: bool,
        gamma: float, omega: float,
    ) -> Any:
        Q, N = Q.copy(), N.copy()
        ahead = follows(Q, s if own_row else s2, a)
        target = r + (0 if terminated and ends else (gamma if discount else 1) * ahead)
        if terminated and not paid:
            target = 0
        rate = towards * float(count(N, s, a)) ** power(omega)
        Q[s, a] += rate * (target - (0 if whole_target else Q[s, a]))
        N[s, a] += counted
        return Q, N

    return learned


def _two_tables(
    answer: Any, Q: Array, N: Array, s: int, a: int, r: float, s2: int, terminated: bool,
    gamma: float, omega: float,
) -> Any:
    returned = call(answer, Q, N, s, a, r, s2, terminated, gamma, omega)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise Complaint("Return two tables: the values, and the counts.")
    return list(returned)


def _draw_update(rng: Generator) -> tuple[Any, ...]:
    tiles, moves = sizes(rng, 2, low=3, high=5)
    s, s2 = (int(tile) for tile in rng.permutation(tiles)[:2])
    counts = rng.integers(2, 9, (tiles, moves))
    return (
        normal(rng, tiles, moves), counts, s, whole(rng, 0, moves - 1), between(rng, -2, 2), s2,
        bool(rng.random() < 0.4), between(rng, 0.5, 0.95), between(rng, 0.55, 0.95),
    )


_Q = np.array([[1.0, -2.0, 0.5], [3.0, 0.5, -1.0]])
_N = np.array([[0, 3, 1], [2, 5, 4]])

learned = Exercise(
    answer=_learned(),
    use=_two_tables,
    draw=_draw_update,
    draws=8,
    edges=(
        (_Q, _N, 0, 1, 1.0, 1, False, 0.9, 0.7),
        (_Q, _N, 0, 1, 1.0, 1, True, 0.9, 0.7),
        (_Q, _N, 0, 0, -1.0, 1, False, 0.8, 0.6),
    ),
    praise="One cell moves, by its own clock, towards what the next tile promises.",
    slips={
        "Where the episode ends nothing follows. Your target adds the next tile all the same.":
            _learned(ends=False),
        "Where the episode ends your target is 0. The reward of the last step still counts.":
            _learned(paid=False),
        "You step away from the target. The difference is the target minus the old value.":
            _learned(towards=-1),
        "Count this visit first: in yours the rate is one visit late, and 0 visits have no rate.":
            _learned(count=lambda N, s, a: np.float64(N[s, a])),
        "You count the visits of the tile. Each move on it has its own clock.":
            _learned(count=lambda N, s, a: N[s].sum() + 1),
        "You count all steps so far. Each tile and move has its own clock.":
            _learned(count=lambda N, s, a: N.sum() + 1),
        "You take the value of the same move on the next tile. Take the highest.":
            _learned(follows=lambda Q, s2, a: Q[s2, a]),
        "You take the mean of the next tile's values. Take the highest.":
            _learned(follows=lambda Q, s2, a: Q[s2].mean()),
        "You take the highest value of the tile that is left. Take the one that is reached.":
            _learned(own_row=True),
        "Where is γ? What comes later counts less.": _learned(discount=False),
        "You add the rate times the target. The step goes along the difference.":
            _learned(whole_target=True),
        "The rate should fall with the count: N to the power of minus ω.":
            _learned(power=lambda omega: omega),
        "That is 1 over N. Where does ω come in?": _learned(power=lambda omega: -1.0),
        "The values are right. The count of this tile and move grows by one.":
            _learned(counted=False),
    },
    otherwise="Count the visit, rate = count ** -omega, target = r, and + gamma * Q[s2].max() "
    "unless it ended; then Q[s, a] goes that part of the way.",
)


Step = tuple[int, int, float, int, bool, bool]


def _replayed(
    clock: Callable[[Array, int, int, int], Any] = lambda N, s, a, t: N[s, a],
    over: Callable[[bool, bool], bool] = lambda terminated, truncated: terminated,
    first: int = 1,
    fresh: bool = True,
) -> Callable[..., Any]:
    """Write the learning from a log, and the slips."""

    def mended(log: Sequence[Step], tiles: int, gamma: float) -> Any:
        Q, N = np.zeros((tiles, 4)), np.zeros((tiles, 4))
        start = Q.copy()
        for t, (s, a, r, s2, terminated, truncated) in enumerate(log, 1):
            N[s, a] += 1
            follows = 0 if over(terminated, truncated) else (Q if fresh else start)[s2].max()
            Q[s, a] += (r + gamma * follows - Q[s, a]) / (clock(N, s, a, t) + first - 1)
        return Q

    return mended


def _draw_log(rng: Generator) -> tuple[Any, ...]:
    tiles = whole(rng, 3, 5)
    log, s = [], 0
    for i in range(whole(rng, 12, 18)):
        a, s2 = whole(rng, 0, 1), whole(rng, 0, tiles - 1)
        terminated = bool(rng.random() < 0.15)
        truncated = not terminated and bool(i % 4 == 3)
        log.append((s, a, between(rng, 0.2, 2), s2, terminated, truncated))
        s = 0 if terminated or truncated else s2
    return log, tiles, between(rng, 0.6, 0.95)


mended = Exercise(
    answer=_replayed(),
    use=lambda mended, log, tiles, gamma: call(mended, log, tiles, gamma),
    draw=_draw_log,
    edges=(
        ([(0, 1, 1.0, 1, False, False), (1, 0, 2.0, 0, False, True), (0, 1, 1.0, 1, False, True),
          (0, 0, 1.0, 1, True, False)], 2, 0.5),
    ),
    praise="A run that was cut off had a future, and each move has a clock of its own.",
    slips={
        "Nothing has changed yet. Which of the two ways to end has a future?":
            _replayed(lambda N, s, a, t: N[s].sum(), lambda terminated, truncated:
                      terminated or truncated),
        "The target is right now. Whose visits should be counted?":
            _replayed(lambda N, s, a, t: N[s].sum()),
        "The clock is right now. Was the lake over when the time was up?":
            _replayed(over=lambda terminated, truncated: terminated or truncated),
        "Only what was cut off ends in yours. It is the other way round.":
            _replayed(over=lambda terminated, truncated: truncated),
        "Nothing ends in yours. In a hole and in the goal, it does.":
            _replayed(over=lambda terminated, truncated: False),
        "You count all steps. Each tile and move has its own clock.":
            _replayed(lambda N, s, a, t: t),
        "You count how often the move was made, on any tile. Count tile and move together.":
            _replayed(lambda N, s, a, t: N[:, a].sum()),
        "Your count starts one too high: the first visit has the rate 1.": _replayed(first=2),
        "You look up what follows in the table of the beginning. Take the one that is learning.":
            _replayed(fresh=False),
    },
    otherwise="The target has no future only where `terminated`; the rate is 1 over the visits of "
    "this tile and this move.",
)


@dataclass(frozen=True)
class Runs:
    """Stands for learning: a return that hangs on the rate, on the exploration, and on luck."""

    best: dict[str, tuple[float, float]]
    lead: float
    luck: int

    def __call__(self, seed: int, rule: str, number: float, epsilon: float) -> float:
        """Return the mean return at the end: higher is better."""
        shared = np.random.default_rng([self.luck, int(seed)]).random()
        key = [self.luck, int(seed), int(rule == "power"), int(1e4 * number), int(1e4 * epsilon)]
        own = np.random.default_rng(key)
        number_at, epsilon_at = self.best[rule]
        far = abs(np.log2(number / number_at)) + 1.5 * abs(np.log2(epsilon / epsilon_at))
        bad = 0.35 * (own.random() < 0.2)
        value = 0.7 + self.lead * (rule == "power") - 0.07 * far + 0.1 * shared
        return round(float(value + 0.04 * own.normal() - bad), 6)


def _compared(
    middle: Callable[[Any], Any] = np.median,
    choose: Callable[[Any], Any] = np.argmax,
    tune_on: Callable[[Any, Any], Any] = lambda tuning, racing: tuning,
    race_on: Callable[[Any, Any], Any] = lambda tuning, racing: racing,
    second: Callable[[Any, Any], Any] = lambda own, other: own,
    one_epsilon: bool = False,
    in_turn: bool = False,
    told: Callable[[Array, Array], Any] = lambda a, b: ((a > b).sum(), np.median(a - b)),
) -> Callable[..., Any]:
    """Compare two rules with both dials tuned, and the slips."""

    def compared(run: Any, numbers: Any, epsilons: Any, tuning: Any, racing: Any) -> Any:
        tried = tune_on(tuning, racing)

        def best(rule: str, among: Any) -> tuple[float, float]:
            settings = [(number, epsilon) for number in numbers[rule] for epsilon in among]
            if in_turn:
                firsts = [middle([run(s, rule, n, among[0]) for s in tried]) for n in numbers[rule]]
                settings = [(numbers[rule][int(choose(firsts))], epsilon) for epsilon in among]
            scores = [middle([run(s, rule, *k) for s in tried]) for k in settings]
            return settings[int(choose(scores))]

        power = best("power", epsilons[:1] if one_epsilon else epsilons)
        constant = best("constant", epsilons[:1] if one_epsilon else epsilons)
        constant = constant[0], second(constant[1], power[1])
        seeds = race_on(tuning, racing)
        a = np.array([run(s, "power", *power) for s in seeds])
        b = np.array([run(s, "constant", *constant) for s in seeds])
        return told(a, b)

    return compared


def _draw_compared(rng: Generator) -> tuple[Any, ...]:
    power, constant = between(rng, 0.3, 0.5), between(rng, 0.01, 0.04)
    numbers = {
        "power": [round(power + 0.1 * i, 3) for i in rng.permutation(5).tolist()],
        "constant": [round(constant * 2**i, 3) for i in rng.permutation(5).tolist()],
    }
    least = between(rng, 0.02, 0.1)
    epsilons = [round(least * 2**i, 3) for i in rng.permutation(4).tolist()]
    a, b = (float(e) for e in rng.permutation(epsilons[1:])[:2])
    best = {
        "power": (float(rng.choice(numbers["power"])), a),
        "constant": (float(rng.choice(numbers["constant"])), b),
    }
    first = whole(rng, 0, 99)
    tuning, racing = list(range(first + 100, first + 105)), list(range(first, first + 9))
    runs = Runs(best, between(rng, -0.05, 0.05), whole(rng, 0, 9999))
    return runs, numbers, epsilons, tuning, racing


compared = Exercise(
    answer=_compared(),
    use=numbers(2, "Return two numbers: the count of pairs, and the median difference."),
    draw=_draw_compared,
    draws=12,
    praise="Two dials, both tuned for both rules, and a race on seeds that chose nothing.",
    slips={
        "A return is better when it is higher. You choose the lowest.": _compared(choose=np.argmin),
        "You tune on the seeds that race.": _compared(tune_on=lambda tuning, racing: racing),
        "You race on the seeds that were tuned on.":
            _compared(race_on=lambda tuning, racing: tuning),
        "The halves are swapped: choose on `tuning`, race on `racing`.":
            _compared(tune_on=lambda tuning, racing: racing,
                      race_on=lambda tuning, racing: tuning),
        "The constant rate runs with the exploration of the other rule. Both dials are its own.":
            _compared(second=lambda own, other: other),
        "You tune the rate and leave the exploration at the first of the list.":
            _compared(one_epsilon=True),
        "You tune one dial after the other. The best pair may lie elsewhere: try all pairs.":
            _compared(in_turn=True),
        "You choose by the mean. The median was asked for.": _compared(middle=np.mean),
        "You choose by the luckiest run of each setting.": _compared(middle=np.max),
        "You choose nothing: the first settings race.": _compared(choose=lambda scores: 0),
        "You count where the power is lower.":
            _compared(told=lambda a, b: ((a < b).sum(), np.median(a - b))),
        "The difference is the other way round: the power minus the constant.":
            _compared(told=lambda a, b: ((a > b).sum(), np.median(b - a))),
        "You take the difference of the medians. Pairs first: the median of the differences.":
            _compared(told=lambda a, b: ((a > b).sum(), np.median(a) - np.median(b))),
        "You take the mean difference. One wild run moves it: take the median.":
            _compared(told=lambda a, b: ((a > b).sum(), np.mean(a - b))),
        "You give the share of the pairs. The count was asked for.":
            _compared(told=lambda a, b: ((a > b).mean(), np.median(a - b))),
    },
    otherwise="For each rule all pairs of a number and an epsilon, the highest median over "
    "`tuning`; then both on `racing`, compared pair by pair.",
)


def _double(
    chooser: Callable[[Array, Array], Array] = lambda own, other: own,
    judge: Callable[[Array, Array], Array] = lambda own, other: other,
    heads: bool = True,
    both: bool = False,
    ends: bool = True,
    old: Callable[[Any, Any], Any] = lambda own, other: own,
    in_order: bool = True,
) -> Callable[..., Any]:
    """Write one update of Double Q-learning, and the slips."""

    def double(
        A: Array, B: Array, s: int, a: int, r: float, s2: int, terminated: bool,
        rate: float, gamma: float, heads_up: bool,
    ) -> Any:
        A, B = A.copy(), B.copy()

        def moved(own: Array, other: Array) -> Any:
            best = chooser(own, other)[s2].argmax()
            target = r + (0 if terminated and ends else gamma * judge(own, other)[s2, best])
            return own[s, a] + rate * (target - old(own[s, a], other[s, a]))

        new_a, new_b = moved(A, B), moved(B, A)
        if both or heads_up == heads:
            A[s, a] = new_a
        if both or heads_up != heads:
            B[s, a] = new_b
        return (A, B) if in_order or heads_up else (B, A)

    return double


def _tables(
    answer: Any, A: Array, B: Array, s: int, a: int, r: float, s2: int, terminated: bool,
    rate: float, gamma: float, heads_up: bool,
) -> Any:
    returned = call(answer, A, B, s, a, r, s2, terminated, rate, gamma, heads_up)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise Complaint("Return two tables: A and B.")
    return list(returned)


def _draw_double(rng: Generator) -> tuple[Any, ...]:
    tiles, moves = sizes(rng, 2, low=3, high=5)
    s, s2 = (int(tile) for tile in rng.permutation(tiles)[:2])
    return (
        normal(rng, tiles, moves), normal(rng, tiles, moves), s, whole(rng, 0, moves - 1),
        between(rng, -2, 2), s2, bool(rng.random() < 0.3), between(rng, 0.1, 0.9),
        between(rng, 0.5, 0.95), bool(rng.random() < 0.5),
    )


_A = np.array([[1.0, 0.0, 0.5], [3.0, 0.5, -1.0]])
_B = np.array([[0.5, 0.2, -1.0], [-1.0, 2.0, 0.5]])

double = Exercise(
    answer=_double(),
    use=_tables,
    draw=_draw_double,
    draws=8,
    edges=(
        (_A, _B, 0, 1, 1.0, 1, False, 0.5, 0.9, True),
        (_A, _B, 0, 1, 1.0, 1, False, 0.5, 0.9, False),
        (_A, _B, 0, 2, 1.0, 1, True, 0.5, 0.9, True),
    ),
    praise="The luck that chose a move is not the luck that judges it.",
    slips={
        "The table that chooses also judges: that is plain Q-learning, twice.":
            _double(judge=lambda own, other: own),
        "Yours takes the other table's highest value. The one that learns chooses the move.":
            _double(chooser=lambda own, other: other),
        "The roles are swapped: the one that learns chooses, the other says what that is worth.":
            _double(chooser=lambda own, other: other, judge=lambda own, other: own),
        "The coin is the wrong way round: heads, and A learns.": _double(heads=False),
        "Both tables learn in yours. Then they share their luck.": _double(both=True),
        "Where it ends nothing follows.": _double(ends=False),
        "You return the table that learned first. Return A, then B.": _double(in_order=False),
        "The way is measured from the other table's value. Each learns from its own.":
            _double(old=lambda own, other: other),
        "You choose by the sum of both tables. Then the luck of the judge chooses, too.":
            _double(chooser=lambda own, other: own + other),
    },
    otherwise="With heads: best = A[s2].argmax(), target = r + gamma * B[s2, best], and A[s, a] "
    "goes the part `rate` of the way. With tails the names are swapped.",
)
