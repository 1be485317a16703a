"""The exercises of lesson 20, *Language*."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, numbers
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]

perplexity = Exercise(
    answer=2**2.5,
    praise="The mean of 1, 3, 2 and 4 halvings is 2.5: as if one of 5.7 had to be guessed.",
    slips={
        "That is the mean loss in nats. Perplexity is its exponential.": 2.5 * np.log(2),
        "That is the mean loss in bits. What is that many doublings?": 2.5,
        "You took the mean of 1/p. First the mean of the logarithms, then the exponential.": 7.5,
        "You took 1 over the mean probability. The mean is taken of the logarithms.": 64 / 15,
        "Bits go with powers of 2, nats with powers of e. You mixed them.": np.exp(2.5),
        "That is 1 over the product of all four. Take its fourth root.": 1024.0,
        "That is the mean probability, the geometric one. Perplexity is 1 over it.": 2**-2.5,
        "That is the sum of the losses, not the mean.": 10 * np.log(2),
        "That is the square root of 1 over the product. There are four characters.": 32.0,
        "That is the lowest of the four. All count.": 2.0,
    },
    otherwise="Take the logarithm of 1/p for each of the four, the mean of these, and the "
    "exponential of the mean.",
)


def _sample(
    warm: Callable[[Array, float], Array] = lambda z, temperature: z / temperature,
    stable: bool = True,
    norm: Callable[[Array], Any] = np.sum,
    pick: Callable[[Array, float], Any] = lambda p, u: np.argmax(np.cumsum(p) > u),
    cold: Callable[[Array], Any] = np.argmax,
) -> Callable[[Array, float, float], Any]:
    """Draw a character, and the slips."""

    def sample(scores: Array, temperature: float, u: float) -> Any:
        if temperature == 0:
            return cold(scores)
        z = warm(scores, temperature)
        e = np.exp(z - z.max() if stable else z)
        return pick(e / norm(e), u)

    return sample


def _draw_sample(rng: Generator) -> tuple[Any, ...]:
    (n,) = sizes(rng, 1, low=4, high=6)
    temperature = between(rng, 0.4, 0.7) if rng.random() < 0.5 else between(rng, 1.5, 3)
    return normal(rng, n), temperature, between(rng, 0.02, 0.98)


_SCORES = np.array([0.3, 2.0, -1.0, 1.0])

sample = Exercise(
    answer=_sample(),
    draw=_draw_sample,
    draws=24,
    edges=(
        (_SCORES, 0.0, 0.5), (_SCORES, 1.0, 0.1), (_SCORES, 1.0, 0.9),
        (np.array([1000.0, 1001.0, 999.0]), 1.0, 0.95),
        (np.array([-1.0, -2.0, -1000.0]), 0.5, 0.99),
    ),
    praise="Low temperatures prefer what is likely already, high ones make all alike.",
    slips={
        "You multiply by the temperature. A low one should prefer the highest score.":
            _sample(warm=lambda z, temperature: z * temperature),
        "The temperature changes nothing in yours, except 0.":
            _sample(warm=lambda z, temperature: z),
        "You always take the most likely character, whatever u is.":
            _sample(pick=lambda p, u: np.argmax(p)),
        "One too far: the first sum above u belongs to the character itself.":
            _sample(pick=lambda p, u: min(np.argmax(np.cumsum(p) > u) + 1, len(p) - 1)),
        "One too early: u falls into the stretch that ends with the first sum above it.":
            _sample(pick=lambda p, u: max(np.argmax(np.cumsum(p) > u) - 1, 0)),
        "You take the first character whose own probability is above u. Add them up.":
            _sample(pick=lambda p, u: np.argmax(p > u)),
        "You walk from the last character to the first. Begin with the first.":
            _sample(pick=lambda p, u: len(p) - 1 - np.argmax(np.cumsum(p[::-1]) > u)),
        "exp of a large score overflows. Subtract the highest first (lesson 03).":
            _sample(stable=False),
        "At temperature 0 yours divides by 0, and elsewhere exp of a large score overflows.":
            _sample(stable=False, cold=lambda scores: 0),
        "Your probabilities do not sum to 1. Divide by their sum before you add them up.":
            _sample(norm=lambda e: 1.0),
        "At temperature 0 the highest score wins. Yours takes the first character.":
            _sample(cold=lambda scores: 0),
        "At temperature 0 the highest score wins, not the lowest.": _sample(cold=np.argmin),
        "The stretches are sorted by probability in yours. They lie in the characters' order.":
            _sample(pick=lambda p, u: np.argsort(-p)[np.argmax(np.cumsum(np.sort(p)[::-1]) > u)]),
    },
    otherwise="Softmax of scores / temperature, then the number of the first character at which "
    "the sum of the probabilities so far is above u.",
)


def _mended(
    weight: Callable[[Array], Array] = lambda n: n,
    inside: Callable[[Array], Array] = lambda losses: losses,
    outside: Callable[[Any], Any] = np.exp,
    used: slice = slice(None),
) -> Callable[[Array, Array], Any]:
    """Give the perplexity from batches, and the slips."""

    def mended(losses: Array, sizes: Array) -> Any:
        kept, n = losses[used], weight(sizes[used])
        return outside((n * inside(kept)).sum() / n.sum())

    return mended


def _alike(n: Array) -> Array:
    return np.ones(len(n))


def _draw_batches(rng: Generator) -> tuple[Any, ...]:
    count = whole(rng, 3, 5)
    n = np.full(count, whole(rng, 20, 40))
    n[-1] = whole(rng, 2, 9)
    losses = np.round(rng.uniform(0.8, 3, count), 2)
    losses[-1] = round(float(losses[-1]) + 1.5, 2)
    return losses, n


mended = Exercise(
    answer=_mended(),
    draw=_draw_batches,
    edges=((np.array([1.0, 3.0]), np.array([10, 5])),),
    praise="Losses are averaged, each character counting once, and the exponential comes last.",
    slips={
        "Nothing has changed yet. Is a mean of exponentials the exponential of the mean?":
            _mended(_alike, np.exp, lambda mean: mean),
        "The exponential comes last now. Does a short batch count as much as a full one?":
            _mended(_alike),
        "Each character counts once now. But the exponential is taken before the mean.":
            _mended(inside=np.exp, outside=lambda mean: mean),
        "That is the mean loss. Its exponential was asked for.": _mended(outside=lambda mean: mean),
        "You leave the short batch out. Its characters count as well.":
            _mended(used=slice(None, -1)),
        "The weights are upside down: a batch counts as much as it has characters.":
            _mended(weight=lambda n: 1 / n),
        "You divide by the number of batches after weighting: divide by that of the characters.":
            lambda losses, sizes: np.exp((sizes * losses).sum() / len(sizes) / sizes.max()),
        "You divide the weighted sum by the number of batches. Divide by that of the characters.":
            lambda losses, sizes: np.exp((sizes * losses).mean()),
        "You took the median of the losses. A mean was asked for.":
            lambda losses, sizes: np.exp(np.median(losses)),
    },
    otherwise="The sum of sizes * losses over the sum of sizes, and then the exponential.",
)


@dataclass(frozen=True)
class Runs:
    """Stands for training: a loss that hangs on optimizer, decay, rate and luck."""

    best: Mapping[str, float]
    floor: Mapping[str, float]
    noise: float
    luck: int

    def __call__(self, name: str, decayed: bool, lr: float, seed: int) -> float:
        """Return the loss on held-out text."""
        if name not in self.best:
            raise Complaint(f"There is no optimizer {name!r}: they are SGD and Adam.")
        best = self.best[name] * (2 if decayed else 1)
        own = [self.luck, int(seed), list(self.best).index(name), int(bool(decayed)), int(1e6 * lr)]
        rng = np.random.default_rng(own)
        wild = 2.0 * (rng.random() < 0.2)
        noisy = self.floor[name] * (0.3 if decayed else 1)
        far = 0.15 * np.log2(lr / best) ** 2
        return round(float(1.5 + noisy + far + self.noise * rng.gamma(2) + wild), 6)


def _lead(
    middle: Callable[[Any], Any] = np.median,
    tune_on: str = "tuning",
    judge_on: str = "fresh",
    anew: bool = True,
    own: bool = True,
    apart: Callable[[Array, Array], Any] = lambda sgd, adam: np.median(sgd - adam),
    share: Callable[[float, float], Any] = lambda before, after: 1 - after / before,
    order: Callable[[Any, Any], tuple[Any, Any]] = lambda before, after: (before, after),
) -> Callable[..., Any]:
    """Find how much of Adam's lead a decay removes, and the slips."""

    def lead(run: Any, rates: Any, tuning: Any, fresh: Any) -> Any:
        seeds = {"tuning": tuning, "fresh": fresh}

        def best(name: str, decayed: bool) -> float:
            scores = [
                middle([run(name, decayed, lr, s) for s in seeds[tune_on]]) for lr in rates[name]
            ]
            return rates[name][int(np.argmin(scores))]

        def judged(decayed: bool) -> Any:
            ends = []
            for name in ("SGD", "Adam"):
                lr = best(name, decayed and anew)
                if not own and name == "Adam":
                    lr = best("SGD", decayed)
                ends.append(np.array([run(name, decayed, lr, s) for s in seeds[judge_on]]))
            return apart(*ends)

        before, after = judged(False), judged(True)
        return *order(before, after), share(before, after)

    return lead


def _draw_lead(rng: Generator) -> tuple[Any, ...]:
    scale = {"SGD": between(rng, 0.05, 0.2), "Adam": between(rng, 0.005, 0.02)}
    best = {name: 4 * lr * float(rng.uniform(0.7, 1.4)) for name, lr in scale.items()}
    rates = {
        name: [float(round(lr * 2.0**k, 5)) for k in rng.permutation(5)]
        for name, lr in scale.items()
    }
    gap = between(rng, 0.5, 0.9)
    floor = {"SGD": 0.2 + gap, "Adam": 0.2}
    start = whole(rng, 0, 99)
    tuning = list(range(start, start + 5))
    fresh = list(range(start + 200, start + 200 + whole(rng, 7, 11)))
    return Runs(best, floor, between(rng, 0.03, 0.08), whole(rng, 0, 9999)), rates, tuning, fresh


lead = Exercise(
    answer=_lead(),
    use=numbers(3, "Return three numbers: the lead before, the lead after, the share removed."),
    draw=_draw_lead,
    draws=10,
    praise="Four tunings, two comparisons in pairs, one share: that is a claim one can defend.",
    slips={
        "You tune on the seeds that judge. Tune on `tuning`.": _lead(tune_on="fresh"),
        "You judge on the seeds that chose the rates. Judge on `fresh`.":
            _lead(judge_on="tuning"),
        "The rates are those of the constant runs. With a decay each is tuned anew.":
            _lead(anew=False),
        "Adam runs at the rate of SGD. Each has its own.": _lead(own=False),
        "You choose by the mean. One wild run decides then: take the median.": _lead(np.mean),
        "You choose by the luckiest run. Take the median.": _lead(np.min),
        "The difference is the other way round: SGD minus Adam.":
            _lead(apart=lambda sgd, adam: np.median(adam - sgd)),
        "You take the difference of the medians. Pairs first: the median of the differences.":
            _lead(apart=lambda sgd, adam: np.median(sgd) - np.median(adam)),
        "You take the mean of the differences. One wild run moves it.":
            _lead(apart=lambda sgd, adam: np.mean(sgd - adam)),
        "That is the share that is left. The share removed was asked for.":
            _lead(share=lambda before, after: after / before),
        "That is the difference of the two leads. Divide it by the lead before.":
            _lead(share=lambda before, after: before - after),
        "You divide by the lead after. It is a share of the lead before.":
            _lead(share=lambda before, after: before / after - 1),
        "The share is given in percent. As a share it lies below 1.":
            _lead(share=lambda before, after: 100 * (1 - after / before)),
        "The two leads are in the wrong order: first the one without the decay.":
            _lead(order=lambda before, after: (after, before)),
    },
    otherwise="For each optimizer, without and with the decay: the rate with the lowest median "
    "over tuning. Then the median of SGD minus Adam over the fresh seeds, without and with.",
)


def _bigram(
    add: Callable[[float], float] = lambda alpha: alpha,
    norm: Callable[[Array], Array] = lambda table: table.sum(axis=1, keepdims=True),
    row: Callable[[Array], Array] = lambda table: table,
    counted: Callable[[Array, Array], Array] = lambda train, test: train,
    last: Callable[[Array], Any] = lambda p: np.exp(-np.log(p).mean()),
    count: Callable[[Array, Any, int], None] = np.add.at,
    gap: int = 1,
) -> Callable[..., Any]:
    """Give the perplexity of a table of pairs, and the slips."""

    def bigram(train: Array, test: Array, kinds: int, alpha: float) -> Any:
        text = counted(train, test)
        table = np.full((kinds, kinds), float(add(alpha)))
        count(table, (text[:-gap], text[gap:]), 1)
        table = row(table)
        with np.errstate(all="ignore"):
            p = table / norm(table)
            return last(p[test[:-1], test[1:]])

    return bigram


def _once(table: Array, pairs: Any, one: int) -> None:
    table[pairs] += one  # NumPy writes each place once, however often it is named


def _draw_bigram(rng: Generator) -> tuple[Any, ...]:
    kinds = whole(rng, 3, 5)
    (n, m) = whole(rng, 14, 20), whole(rng, 6, 10)
    train, test = rng.integers(0, kinds - 1, n), rng.integers(0, kinds, m)
    train[: kinds + 1] = [0, kinds - 1, *range(kinds - 1)]  # no row is empty
    test[:2] = kinds - 1  # a pair that training never saw
    return train, test, kinds, between(rng, 0.2, 2)


bigram = Exercise(
    answer=_bigram(),
    draw=_draw_bigram,
    praise="That is the number to beat: what a table of pairs knows.",
    slips={
        "Nothing is added to the counts: a pair that training never saw makes it infinite.":
            _bigram(add=lambda alpha: 0.0),
        "You add 1 whatever alpha is.": _bigram(add=lambda alpha: 1.0),
        "Each row should sum to 1. Your sum is over all pairs.":
            _bigram(norm=lambda table: table.sum()),
        "Each row should sum to 1: divide by the sum of the row. You divide by the column's.":
            _bigram(norm=lambda table: table.sum(axis=0, keepdims=True)),
        "The sums of the rows lie along the columns in yours. Sum with keepdims=True.":
            _bigram(norm=lambda table: table.sum(axis=1)),
        "`table[before, after] += 1` counts a pair once, however often it comes. See the hint.":
            _bigram(count=_once),
        "The pairs are the wrong way round: the row is the character before.":
            _bigram(row=lambda table: table.T),
        "The test text is counted as well: it must not be seen.":
            _bigram(counted=lambda train, test: np.concatenate([train, test])),
        "You count in the test text itself.": _bigram(counted=lambda train, test: test),
        "That is the mean loss. Take its exponential.":
            _bigram(last=lambda p: -np.log(p).mean()),
        "You take the mean of 1/p. First the mean of the logarithms.":
            _bigram(last=lambda p: (1 / p).mean()),
        "You take 1 over the mean probability. First the mean of the logarithms.":
            _bigram(last=lambda p: 1 / p.mean()),
        "The sign is lost: your perplexity lies below 1.":
            _bigram(last=lambda p: np.exp(np.log(p).mean())),
        "You count pairs with a character between them.": _bigram(gap=2),
    },
    otherwise="Begin with alpha everywhere, add 1 for each pair of neighbours in train, divide "
    "each row by its sum, and take the exponential of the mean of -log p over test's pairs.",
)
