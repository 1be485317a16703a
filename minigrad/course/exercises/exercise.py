"""What an exercise is: a right answer, inputs, the slips that readers make, and words."""

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .calling import run, surroundings_put_back
from .comparing import Unordered, anywhere, plain, same, shown, untouched
from .verdict import CHANGED, UNANSWERED, Complaint, Verdict


def call(answer: Any, *arguments: Any) -> Any:
    """Use an answer as most exercises do: a function is called, a number is taken as it is."""
    if not callable(answer):
        return answer
    returned = answer(*arguments)
    if returned is ...:
        raise Complaint(UNANSWERED)
    if returned is None:
        raise Complaint("Your function gives nothing back. Does it end with return?")
    return returned


def numbers(n: int, otherwise: str, *, only: int | None = None) -> Callable[..., Any]:
    """Use an answer that returns ``n`` numbers; look at all, or at one of them ``only``."""

    def use(answer: Any, *arguments: Any) -> Any:
        returned = call(answer, *arguments)
        if np.shape(returned) != (n,):
            raise Complaint(otherwise)
        return list(returned) if only is None else list(returned)[only]

    return use


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """An exercise. Called with an answer, it says whether the answer is right.

    Attributes
    ----------
    answer : object
        A right answer: numbers, or a function that returns them.
    praise : str
        What to say to a right one.
    slips : mapping from str to object
        What to say, and the wrong answer that this slip leads to: it is said only to one that
        does the same on every input.
    otherwise : str
        What to say about an answer that nobody foresaw, before it is shown on one input.
    draw : function, optional
        Returns the arguments of one call, drawn from a `numpy.random.Generator`.
    edges : tuple of tuples
        Arguments that are tried as well, whatever is drawn.
    use : function
        ``use(answer, *arguments)`` returns what is compared, or raises a `Complaint`. Where it
        takes more than the answer and what is drawn, the lesson hands that over with the answer.
    draws : int
        How many inputs are drawn.
    rtol : float
        How far, relative to the wanted number, an answer may be off.
    """

    answer: Any
    otherwise: str
    praise: str = ""
    slips: Mapping[str, Any] = field(default_factory=dict)
    draw: Callable[[np.random.Generator], tuple[Any, ...]] | None = None
    edges: tuple[tuple[Any, ...], ...] = ()
    use: Callable[..., Any] = call
    draws: int = 6
    rtol: float = 1e-3

    def inputs(self, seed: int) -> list[tuple[Any, ...]]:
        """Return the arguments of every call that is made, the same for the same seed."""
        if self.draw is None:
            return list(self.edges) or [()]
        rng = np.random.default_rng(seed)
        return [*self.edges, *(self.draw(rng) for _ in range(self.draws))]

    def blank(self) -> "Exercise":
        """Return the exercise without its answer, its slips and its words: it can only be tried."""
        answer: Any = ...
        if callable(self.answer):
            parameters = inspect.signature(self.answer).parameters
            answer = _Named(tuple(parameters))
        return Exercise(answer=answer, otherwise="", use=self.use)

    def outcome(self, answer: Any, given: Any, arguments: tuple[Any, ...]) -> Any:
        """Return what comes of an answer of ours, in plain form."""
        return plain(self._used(answer, given, copy.deepcopy(arguments)))

    def _used(self, answer: Any, given: Any, arguments: tuple[Any, ...]) -> Any:
        return self.use(answer if callable(answer) else plain(answer), *given, *arguments)

    def __call__(self, answer: Any, *given: Any, seed: int = 0) -> Verdict:
        """Judge an answer.

        Parameters
        ----------
        answer : object
            The reader's.
        *given : object
            What the lesson has made and the answer builds on.
        seed : int
            Of the inputs that are drawn.
        """
        try:
            if answer is ...:
                raise Complaint(UNANSWERED)
            if callable(self.answer) and not callable(answer):
                raise Complaint("Hand over the function itself, without calling it.")
            if callable(answer) and not callable(self.answer):
                raise Complaint("That is a function, not its result: are the brackets () missing?")
            inputs = self.inputs(seed)
            got = [self.tried(answer, given, arguments) for arguments in inputs]
            return self.judged(got, given, inputs)
        except Complaint as complaint:
            return Verdict(False, str(complaint))

    def wrong(self, got: list[Any], given: Any, inputs: list[Any]) -> list[int]:
        """Return on which inputs, by their numbers, an answer gave something else."""
        wanted = [self.outcome(self.answer, given, arguments) for arguments in inputs]
        return [i for i, want in enumerate(wanted) if not self._same(want, got[i])]

    def judged(self, got: list[Any], given: Any, inputs: list[Any]) -> Verdict:
        """Judge what an answer gave on each input, wherever it was called."""
        wrong = self.wrong(got, given, inputs)
        if not wrong:
            return Verdict(True, self.praise)
        for message, slip in self.slips.items():
            if self._fits(slip, given, inputs, got):
                return Verdict(False, message)
        return Verdict(False, self.on_one_input(got, given, inputs, wrong))

    def on_one_input(self, got: list[Any], given: Any, inputs: list[Any], wrong: list[int]) -> str:
        """Return words about an answer that nobody foresaw, and show the shortest input."""
        wanted = [self.outcome(self.answer, given, arguments) for arguments in inputs]
        raised = [i for i in wrong if isinstance(got[i], Complaint)]
        i = min(raised or wrong, key=lambda i: len(self._table(given, inputs[i])))
        want, mine, words = wanted[i], got[i], self.otherwise
        if raised:
            return str(mine) + self._table(given, inputs[i])
        if isinstance(mine, Unordered):
            words = f"A set has no order, and here the order counts: give a list. {words}"
        elif anywhere(np.isnan, mine) and not anywhere(np.isnan, want):
            words = f"There is nan in your answer, which is not a number. {words}"
        if not inputs[i]:
            return words
        if isinstance(want, dict):
            key = next(key for key in want if not self._same(want[key], mine[key]))
            want, mine, words = want[key], mine[key], f"{words} What differs: {key}."
        return words + self._table(
            given, inputs[i], ("yours", shown(mine)), ("wanted", shown(want))
        )

    def _same(self, want: Any, got: Any) -> bool:
        return same(want, got, self.rtol)

    def tried(self, answer: Any, given: Any, arguments: tuple[Any, ...]) -> Any:
        """Return the outcome of the reader's answer, or the complaint that it raised.

        Raises
        ------
        Complaint
            For what is wrong with the answer itself and not with what its code does.
        """
        mine = copy.deepcopy(arguments)

        def call_and_look() -> Any:
            with surroundings_put_back():
                got = self._used(answer, given, mine)
            got = plain(got)  # with functions that are NumPy's own again
            for name, before, after in zip(self._names(given), arguments, mine, strict=False):
                if not untouched(before, after):
                    raise Complaint(CHANGED.format(name))
            return got

        try:
            return run(call_and_look)
        except Complaint as complaint:
            if complaint.raised:
                return complaint  # a slip may raise here, too
            raise

    def _fits(self, slip: Any, given: Any, inputs: list[Any], got: list[Any]) -> bool:
        """Whether a slip leads to what the reader got, on every input."""
        if all(isinstance(mine, Complaint) for mine in got):
            return False
        with np.errstate(all="ignore"):
            for arguments, mine in zip(inputs, got, strict=True):
                try:
                    outcome = self.outcome(slip, given, arguments)
                except Exception as error:
                    if not isinstance(mine, Complaint) or mine.raised != type(error).__name__:
                        return False
                else:
                    if isinstance(mine, Complaint) or not self._same(outcome, mine):
                        return False
        return True

    def _names(self, given: tuple[Any, ...]) -> list[str]:
        if self.use is call:
            if isinstance(self.answer, _Named):
                return list(self.answer.parameters)
            return list(inspect.signature(self.answer).parameters) if callable(self.answer) else []
        return list(inspect.signature(self.use).parameters)[1 + len(given) :]

    def _table(self, given: Any, arguments: tuple[Any, ...], *more: tuple[str, str]) -> str:
        """Return the arguments of a call, and more, one below the other."""
        texts = zip(self._names(given), map(shown, arguments), strict=False)
        rows = [*texts, *more]
        width = max((len(name) for name, _ in rows), default=0)
        margin = "\n" + " " * (width + 3)
        lines = [f"{name:>{width}} = {text}".replace("\n", margin) for name, text in rows]
        return "\n".join(["", "", *lines]) if lines else ""


@dataclass(frozen=True)
class _Named:
    """Stands for a function of which only the parameters' names are known."""

    parameters: tuple[str, ...]

    def __call__(self, *_: Any) -> Any:
        raise NotImplementedError


class InTurn:
    """Exercises that are judged one after the other: the first that is not right has the word.

    Parameters
    ----------
    *parts : Exercise
        Each with an answer of its own, or all with the same.
    """

    def __init__(self, *parts: Exercise) -> None:
        self.parts = parts

    def __call__(self, *answers: Any, seed: int = 0) -> Verdict:
        """Judge one answer for each part, or one that all parts look at."""
        if any(answer is ... for answer in answers):
            return Verdict(False, UNANSWERED)
        if len(answers) == 1:
            answers *= len(self.parts)
        for part, answer in zip(self.parts, answers, strict=True):
            verdict = part(answer, seed=seed)
            if not verdict:
                break
        return verdict
