"""The exercises of lesson 21, *Translation*."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .decay import at_once_and_singly, updates
from .drawing import Generator, normal, sizes, whole
from .exercise import Exercise, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]


# d = 64, W = 400: the peak is 1/160; at a quarter of W, at W, at 4 W, and at 4 W once W is doubled
peaks = Exercise(
    answer=[1 / 640, 1 / 160, 1 / 320, 1 / 320],
    praise="After the warmup W is nowhere in the formula: it only says where you join the curve.",
    slips={
        "Twice the warmup does not lower what comes after it. Which of the two branches holds at "
        "n = 1600, and does W stand in it?": [1 / 640, 1 / 160, 1 / 320, 1 / (320 * 2**0.5)],
        "The width is missing: d = 64 divides all by 8.": [1 / 80, 1 / 20, 1 / 40, 1 / 40],
        "Divide by the root of d, not by d.": [1 / 5120, 1 / 1280, 1 / 2560, 1 / 2560],
        "The rise is a line: at a quarter of the warmup, a quarter of the peak.":
            [1 / 320, 1 / 160, 1 / 320, 1 / 320],
        "It falls with the root: four times as late, half as high.":
            [1 / 640, 1 / 160, 1 / 640, 1 / 640],
        "It rises along a line, and you let it rise for ever.":
            [1 / 640, 1 / 160, 1 / 40, 1 / 80],
        "It is the smaller of the two branches that holds, not the larger.":
            [1 / 80, 1 / 160, 1 / 40, 1 / 80],
        "The rate falls after its peak. You keep it.": [1 / 640, 1 / 160, 1 / 160, 1 / 226.3],
    },
    otherwise="The peak, at n = W, is 1 / √(64 · 400) = 1/160. Before it a line from 0, after it "
    "1 / √(64 n). Three digits are enough.",
    rtol=5e-3,
)


def _rates(
    rise: Callable[[Array, int], Array] = lambda n, w: n * w**-1.5,
    fall: Callable[[Array, int], Array] = lambda n, w: n**-0.5,
    width: Callable[[int], float] = lambda d: d**-0.5,
    which: Callable[[Array, Array], Array] = np.minimum,
    first: int = 1,
) -> Callable[..., Array]:
    """Write the schedule with the slips that a reader may make."""

    def rate(t: Array, d: int, W: int) -> Array:
        n = np.asarray(t) + float(first)
        return width(d) * which(rise(n, W), fall(n, W))

    return rate


def _draw_rates(rng: Generator) -> tuple[Any, ...]:
    d, w = whole(rng, 8, 600), whole(rng, 5, 60)
    return updates(rng, w, 3 * w), d, w


rate = Exercise(
    answer=_rates(),
    use=lambda rate, t, d, W: at_once_and_singly(rate, t, d, W),
    draw=_draw_rates,
    draws=4,
    praise="The two branches meet at n = W, and the first update moves.",
    slips={
        "Of the two branches the smaller one holds. Yours takes the larger.":
            _rates(which=np.maximum),
        "The first update has t = 0, and for the formula it is number n = 1.": _rates(first=0),
        "You count from two: n = t + 1.": _rates(first=2),
        "The rise is too steep: its line meets the fall at n = W if it is n · W^(-1.5).":
            _rates(rise=lambda n, w: n / w),
        "The rise is n · W^(-1.5). With W^(-0.5) it never holds.":
            _rates(rise=lambda n, w: n * w**-0.5),
        "The width is missing: divide by √d.": _rates(width=lambda d: 1.0),
        "Divide by the root of d, not by d.": _rates(width=lambda d: 1 / d),
        "You multiply by √d. A wider network gets a smaller rate.": _rates(width=lambda d: d**0.5),
        "It falls as 1 / n. The root is missing.": _rates(fall=lambda n, w: w**0.5 / n),
        "It never falls: after the warmup it stays at its peak.":
            _rates(fall=lambda n, w: 0 * n + w**-0.5),
        "There is no rise: at n = 1 it is already at its highest.":
            _rates(rise=lambda n, w: n**-0.5),
        "It rises along a root. The warmup is a line.":
            _rates(rise=lambda n, w: n**0.5 / w),
    },
    otherwise="With n = t + 1 it is the smaller of n · W^(-1.5) and n^(-0.5), divided by √d; t may "
    "be an array.",
)


def _dealt(
    inputs: Callable[[Array, int, int], Array] = lambda y, start, pad: _later(y, start),
    labels: Callable[[Array, int], Array] = lambda y, pad: y,
    counted: Callable[[Array, Array, int], Array] = lambda y, x, pad: y != pad,
) -> Callable[..., Any]:
    """Write what the decoder reads, what it should say, and what counts; and the slips."""

    def mended(targets: Array, start: int, pad: int) -> Any:
        read = inputs(targets, start, pad)
        said = labels(targets, pad)
        return read, said, counted(targets, read, pad)

    return mended


def _later(y: Array, start: int) -> Array:
    return np.concatenate([np.full((len(y), 1), start), y[:, :-1]], axis=1)


def _sooner(y: Array, pad: int) -> Array:
    return np.concatenate([y[:, 1:], np.full((len(y), 1), pad)], axis=1)


def _over_the_first(y: Array, start: int) -> Array:
    return np.concatenate([np.full((len(y), 1), start), y[:, 1:]], axis=1)


def _everything(y: Array, x: Array, pad: int) -> Array:
    return np.ones(y.shape, bool)


def _unchanged(y: Array, start: int, pad: int) -> Array:
    return y


def _three(mended: Any, targets: Array, start: int, pad: int) -> Any:
    returned = call(mended, targets, start, pad)
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        raise Complaint("Return three arrays, as before: inputs, labels, counted.")
    names = "inputs", "labels", "counted"
    for name, array in zip(names, returned, strict=True):
        if np.shape(array) != targets.shape:
            raise Complaint(f"`{name}` has the shape {np.shape(array)}; targets, {targets.shape}.")
    return {name: np.asarray(x, float) for name, x in zip(names, returned, strict=True)}


def _draw_targets(rng: Generator) -> tuple[Any, ...]:
    rows, length = sizes(rng, 2, low=3, high=6)
    start, end, pad = (int(i) for i in rng.permutation(10)[:3])
    letters = [i for i in range(3, 30) if i not in (start, end, pad)]
    targets = np.full((rows, length + 2), pad)
    for row in targets:
        n = whole(rng, 1, length)
        row[:n], row[n] = rng.choice(letters, n), end
    return targets, start, pad


mended = Exercise(
    answer=_dealt(),
    use=_three,
    draw=_draw_targets,
    praise="It reads what came before, and is asked for what comes next.",
    slips={
        "Nothing has changed yet. What does the decoder read at the place where it is asked for "
        "the first sign?": _dealt(_unchanged, counted=_everything),
        "It reads the right signs now. But padding still counts, and it is easy to say.":
            _dealt(counted=_everything),
        "Padding counts no longer. But it still reads the very sign that it is asked for.":
            _dealt(_unchanged),
        "It reads the *next* sign: shifted the wrong way. The answer lies in the question.":
            _dealt(lambda y, start, pad: _sooner(y, pad)),
        "You shift the labels as well, and it is asked for the sign after the next.":
            _dealt(labels=_sooner, counted=lambda y, x, pad: _sooner(y, pad) != pad),
        "You shift the labels instead of the inputs: the first sign is never asked for.":
            _dealt(_unchanged, _sooner, lambda y, x, pad: _sooner(y, pad) != pad),
        "You count by the inputs: one place too many, where padding is asked for.":
            _dealt(counted=lambda y, x, pad: x != pad),
        "The end does not count in yours. Then nobody teaches it to stop.":
            _dealt(counted=lambda y, x, pad: _sooner(y, pad) != pad),
        "You write the start over the first sign. Put it before: all signs move one place on.":
            _dealt(lambda y, start, pad: _over_the_first(y, start)),
        "The row begins with padding where the sign for the start is wanted.":
            _dealt(lambda y, start, pad: _later(y, pad)),
        "`counted` is the wrong way round: True where a label is no padding.":
            _dealt(counted=lambda y, x, pad: y == pad),
    },
    otherwise="A row 7 8 END PAD is read as START 7 8 END; its labels stay 7 8 END PAD; the first "
    "three count.",
)


def _softmax(z: Array, axis: int = -1) -> Array:
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def _attend(
    scale: Callable[[int], float] = lambda d: d**0.5,
    hide: Callable[[Array, Array], Array] = lambda scores, padding: np.where(
        padding, -np.inf, scores
    ),
    weigh: Callable[[Array], Array] = _softmax,
    after: Callable[[Array, Array], Array] = lambda weights, padding: weights,
) -> Callable[..., Array]:
    """Attend, and the slips."""

    def attend(q: Array, k: Array, v: Array, padding: Array) -> Array:
        scores = hide(q @ k.T / scale(q.shape[1]), padding)
        return after(weigh(scores), padding) @ v

    return attend


def _as_it_is(scores: Array, padding: Array) -> Array:
    return scores


def _draw_attend(rng: Generator) -> tuple[Any, ...]:
    t, s, d, m = sizes(rng, 4, low=2, high=6)
    padding = np.arange(s) >= whole(rng, 1, s - 1)
    return normal(rng, t, d), normal(rng, s, d), normal(rng, s, m), rng.permutation(padding)


attend = Exercise(
    answer=_attend(),
    draw=_draw_attend,
    praise="e to minus infinity is 0: what is padding gets no weight, and the others share all.",
    slips={
        "Padding still gets its share.": _attend(hide=_as_it_is),
        "You look at padding alone: where `padding` is True, a key is ignored.":
            _attend(hide=lambda scores, padding: np.where(padding, scores, -np.inf)),
        "A score of 0 is not no weight: e^0 = 1. What has to stand there so that e to it is 0?":
            _attend(hide=lambda scores, padding: np.where(padding, 0.0, scores)),
        "You take the weights of padding away after the softmax, and the others no longer add up "
        "to 1.": _attend(
            hide=_as_it_is, after=lambda weights, padding: np.where(padding, 0.0, weights)
        ),
        "The scores are not scaled: divide by √d, d the length of a query.":
            _attend(scale=lambda d: 1.0),
        "You divide by d. It is its root.": _attend(scale=lambda d: float(d)),
        "You multiply by √d. Divide.": _attend(scale=lambda d: d**-0.5),
        "Each query shares out its weight over the keys. In yours the queries share each key.":
            _attend(weigh=lambda scores: np.nan_to_num(_softmax(scores, axis=0))),
        "The weights are not made positive: the exponential is missing.":
            _attend(
                hide=lambda scores, padding: np.where(padding, 0.0, scores),
                weigh=lambda scores: scores / scores.sum(axis=1, keepdims=True),
            ),
    },
    otherwise="Scores q kᵀ / √d, minus infinity where `padding`, a softmax over the keys of each "
    "query, times v.",
)


@dataclass(frozen=True)
class Decoder:
    """Stands for a trained decoder: the probabilities of the next token after a beginning."""

    luck: int
    tokens: int

    def __call__(self, prefix: Any) -> Array:
        """Return a probability for each token."""
        rng = np.random.default_rng([self.luck, *(1 + int(token) for token in prefix)])
        p = rng.gamma(1.0, 1.0, self.tokens)
        return np.asarray(p / p.sum())


def _beam(
    kept: Callable[[int], int] = lambda width: width,
    join: Callable[[float, float], float] = lambda total, p: total * p,
    begin: float = 1.0,
    each: bool = False,
    worst: bool = False,
    last: Callable[[list[Any]], Any] = lambda beam: beam[0][1],
) -> Callable[..., Any]:
    """Write beam search, and the slips."""

    def beam(following: Any, length: int, width: int) -> Any:
        found: list[Any] = [(begin, ())]
        for _ in range(length):
            grown = []
            for total, prefix in found:
                longer = [
                    (join(total, p), (*prefix, token)) for token, p in enumerate(following(prefix))
                ]
                longer.sort(reverse=not worst)
                grown += longer[: kept(width)] if each else longer
            grown.sort(reverse=not worst)
            found = grown if each else grown[: kept(width)]
        return list(last(found))

    return beam


def _draw_beam(rng: Generator) -> tuple[Any, ...]:
    return Decoder(whole(rng, 0, 9999), whole(rng, 4, 5)), whole(rng, 3, 4), 2


def _tokens(beam: Any, following: Decoder, length: int, width: int) -> Any:
    returned = call(beam, following, length, width)
    if not isinstance(returned, list | tuple | np.ndarray) or (
        [np.shape(sign) for sign in returned] != [()] * length
    ):
        raise Complaint("Return one translation: a list of `length` signs, no probability.")
    return list(returned)


beam = Exercise(
    answer=_beam(),
    use=_tokens,
    draw=_draw_beam,
    edges=((Decoder(3, 4), 3, 3), (Decoder(11, 5), 4, 3), (Decoder(5, 5), 4, 1)),
    draws=24,
    praise="Greedy decoding is the beam of width 1. A wider one finds what begins badly.",
    slips={
        "That is greedy decoding: one beginning is kept. Keep `width` of them.":
            _beam(kept=lambda width: 1),
        "A translation's probability is the product of its signs', and you add them.":
            _beam(join=lambda total, p: total + p, begin=0.0),
        "You judge a beginning by its last sign alone. Multiply all its probabilities.":
            _beam(join=lambda total, p: p),
        "You keep `width` continuations of *each* beginning, and they multiply. Keep `width` in "
        "all.": _beam(each=True),
        "You keep one more than `width`.": _beam(kept=lambda width: width + 1),
        "You try every translation there is. That finds the best one; but with 20 signs and 14 "
        "places nobody can pay for it. Keep `width`.": _beam(kept=lambda width: 10**6),
        "You keep the least probable ones.": _beam(worst=True),
        "Of the beam's translations the most probable one is wanted, and you return the least.":
            _beam(last=lambda beam: beam[-1][1]),
    },
    otherwise="Begin with the empty beginning of probability 1. In each step continue all that you "
    "have by every sign, multiply, and keep the `width` most probable.",
)
