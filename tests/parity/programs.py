"""Random programs: a few inputs, then steps that each apply a primitive to what is there.

A program is text that runs on minigrad, and on anything else that speaks its vocabulary. It is
conditioned so that two right implementations cannot disagree: what grows beyond a few units is
squashed by ``tanh``, and no step is taken near a kink or a tie, where one last digit decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import minigrad as mg

LARGEST, MOST, CLEAR = 4.0, 64, 1e-5  # of a value, of elements, of a kink

Values = dict[str, np.ndarray]
Step = tuple[str, float]  # an expression, and how far its arguments are from a kink


@dataclass(frozen=True)
class Program:
    """Inputs by name, and lines that each make one more value."""

    inputs: Values
    lines: tuple[str, ...]

    def body(self) -> str:
        """The lines and the loss: the sum of every value that no line uses."""
        made = [*self.inputs, *(_made(line) for line in self.lines)]
        used = {name for line in self.lines for name in _names(line.split("=", 1)[1])}
        loose = [f"mg.mean({name})" for name in made if name not in used]
        first = next(iter(self.inputs))  # even if all is detached, the loss has a gradient
        loss = " + ".join([f"mg.sum({first} * {first})", *loose])
        return "\n".join([*self.lines, f"loss = {loss}"])

    def function(self, vocabulary: Any) -> Callable[..., Any]:
        """The program as a function of its inputs, spoken in a vocabulary."""
        code = compile(self.body(), "<program>", "exec")

        def run(*inputs: Any) -> Any:
            values = {"np": np, "mg": vocabulary, **dict(zip(self.inputs, inputs, strict=True))}
            exec(code, values)
            return values["loss"]

        return run

    def __str__(self) -> str:
        inputs = [
            f"{name} = mg.tensor(np.{x!r}, requires_grad=True)" for name, x in self.inputs.items()
        ]
        return "\n".join(["import numpy as np", "import minigrad as mg", *inputs, self.body()])

    def without(self, line: str) -> Program:
        """The program without a line and all that depends on it."""
        gone, kept = {_made(line)}, []
        for other in self.lines:
            if other == line or gone & _names(other.split("=", 1)[1]):
                gone.add(_made(other))
            else:
                kept.append(other)
        return Program(self.inputs, tuple(kept))


def _made(line: str) -> str:
    return re.search(r"(\w+) =", line)[1]


def _names(text: str) -> set[str]:
    return set(re.findall(r"\b[vx]\d+\b", text))


def minimised(program: Program, fails: Callable[[Program], bool]) -> Program:
    """Drop line after line while the program still fails."""
    for line in reversed(program.lines):
        if line in program.lines and fails(program.without(line)):
            program = program.without(line)
    return program


def random_program(seed: int) -> Program:
    """Five to forty steps on one to three inputs."""
    rng = np.random.default_rng(seed)
    values: Values = {}
    for i in range(rng.integers(1, 4)):
        shape = rng.integers(1, 4, rng.integers(0, 4))
        values[f"x{i}"] = np.asarray(rng.normal(size=shape)).round(3)[...]
    inputs, lines = dict(values), []
    wanted = rng.integers(5, 41)
    while len(lines) < wanted:
        name = f"v{len(lines)}"
        line = _step(rng, values, name)
        if line is not None:
            lines.append(line)
    return Program(inputs, tuple(lines))


def _step(rng: np.random.Generator, values: Values, name: str) -> str | None:
    """One more line, whose value joins the others; None if what was drawn does not fit."""
    step = STEPS[rng.integers(len(STEPS))](rng, values)
    if step is None or step[1] < CLEAR:
        return None
    text = step[0]
    y = _value(text, values)
    if y.size > MOST or y.ndim > 4 or y.size == 0:
        return None
    if np.abs(y).max() > LARGEST:
        text = f"mg.tanh({text})"
        y = _value(text, values)
    fate = rng.random()
    values[name] = y
    if fate < 0.04:
        return f"with mg.no_grad(): {name} = {text}"
    return f"{name} = ({text}).detach()" if fate < 0.08 else f"{name} = {text}"


def _value(text: str, values: Values) -> np.ndarray:
    return np.asarray(eval(text, {"np": np, "mg": mg, **values}))


# The steps. Each draws arguments from the values at hand, later ones more often.


def _one(rng: np.random.Generator, values: Values, min_ndim: int = 0) -> str | None:
    names = [name for name, x in values.items() if x.ndim >= min_ndim]
    return names[-1 - int(len(names) * rng.random() ** 2)] if names else None


def _two(rng: np.random.Generator, values: Values, fit: Callable[..., bool]) -> tuple[str, str]:
    """A value, and another that fits it: itself, if there is none."""
    a = _one(rng, values)
    fitting = [b for b in values if fit(values[a], values[b])]
    return a, fitting[rng.integers(len(fitting))] if fitting else a


def _broadcast(a: np.ndarray, b: np.ndarray) -> bool:
    pairs = zip(a.shape[::-1], b.shape[::-1], strict=False)
    return all(n == m or 1 in (n, m) for n, m in pairs)


def _gap(x: np.ndarray) -> float:
    """The least difference between two elements."""
    return float(np.diff(np.sort(x, axis=None)).min(initial=np.inf))


def _least(x: np.ndarray) -> float:
    return float(np.abs(x).min(initial=np.inf))


def _axis(rng: np.random.Generator, x: np.ndarray) -> int:
    return int(rng.integers(-x.ndim, x.ndim))


def _axes(rng: np.random.Generator, x: np.ndarray) -> Any:
    """None, one axis, or several."""
    kind = rng.integers(3)
    if kind == 0 or x.ndim == 0:
        return None
    if kind == 1:
        return _axis(rng, x)
    return tuple(int(a) for a in rng.permutation(x.ndim)[: rng.integers(1, x.ndim + 1)])


SMOOTH = [
    "mg.exp({})", "mg.sin({})", "mg.cos({})", "mg.tanh({})", "mg.sigmoid({})", "mg.gelu({})",
    "mg.silu({})", "mg.softplus({})", "mg.erf({})", "mg.negative({})", "mg.expm1({})",
    "mg.log1p({0} * {0})",
    "mg.log({0} * {0} + 0.5)", "mg.sqrt({0} * {0} + 0.3)", "2.0 ** {}", "{} ** 2", "{} ** 3",
    "1.5 - {}", "2.0 / ({0} * {0} + 1.0)",
]  # fmt: skip
REDUCTIONS = ["sum", "mean", "prod", "logsumexp", "var", "max", "min", "norm", "std"]


def _smooth(rng: np.random.Generator, values: Values) -> Step:
    return SMOOTH[rng.integers(len(SMOOTH))].format(_one(rng, values)), np.inf


def _bent(rng: np.random.Generator, values: Values) -> Step:
    name = _one(rng, values)
    x = values[name]
    return [
        (f"mg.relu({name})", _least(x)),
        (f"mg.abs({name})", _least(x)),
        (f"mg.sign({name}) * {name}", _least(x)),
        (f"mg.clip({name}, -0.5, 0.7)", min(_least(x + 0.5), _least(x - 0.7))),
    ][rng.integers(4)]


def _pair(rng: np.random.Generator, values: Values) -> Step:
    a, b = _two(rng, values, _broadcast)
    apart = _least(values[a] - values[b])
    return [
        (f"{a} + {b}", np.inf),
        (f"{a} - {b}", np.inf),
        (f"{a} * {b}", np.inf),
        (f"{a} / ({b} * {b} + 0.5)", np.inf),
        # at an exponent of 0 PyTorch's second derivative leaves out what the first one's rises by
        (f"({a} * {a} + 0.5) ** {b}", _least(values[b])),
        (f"mg.maximum({a}, {b})", apart),
        (f"mg.minimum({a}, {b})", apart),
        (f"mg.where({a} < {b}, {a}, 0.5 * {b})", apart),
        (f"mg.where({a} > {b}, mg.exp({b}), {a})", apart),
    ][rng.integers(9)]


def _reduction(rng: np.random.Generator, values: Values) -> Step:
    name = _one(rng, values)
    x, axis, keepdims = values[name], _axes(rng, values[name]), bool(rng.integers(2))
    f = REDUCTIONS[rng.integers(len(REDUCTIONS))]
    text = f"mg.{f}({name}, axis={axis}, keepdims={keepdims})"
    if f in ("max", "min"):
        return text, _gap(x)
    return text, _least(_value(text, values)) - 0.05 if f in ("norm", "std") else np.inf


def _along(rng: np.random.Generator, values: Values) -> Step | None:
    name = _one(rng, values, 1)
    f = ["softmax", "log_softmax", "cumsum", "flip"][rng.integers(4)]
    return name and (f"mg.{f}({name}, axis={_axis(rng, values[name])})", np.inf)


def _matmul(rng: np.random.Generator, values: Values) -> Step | None:
    def fits(a: np.ndarray, b: np.ndarray) -> bool:
        if not (a.ndim and b.ndim) or a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
            return False
        return _broadcast(np.empty(a.shape[:-2]), np.empty(b.shape[:-2]))

    a, b = _two(rng, values, fits)
    return (f"mg.matmul({a}, {b})", np.inf) if fits(values[a], values[b]) else None


def _einsum(rng: np.random.Generator, values: Values) -> Step | None:
    """Axes of one length share a letter: diagonals, sums and products come up by themselves."""
    names = [_one(rng, values) for _ in range(rng.integers(1, 4))]
    lengths = sorted({n for name in names for n in values[name].shape})
    letter = dict(zip(lengths, "abcdefghijklmnop", strict=False))
    terms = ["".join(letter[n] for n in values[name].shape) for name in names]
    output = "".join(rng.permutation([*letter.values()])[: rng.integers(len(letter) + 1)])
    return f'mg.einsum("{",".join(terms)}->{output}", {", ".join(names)})', np.inf


def _moved(rng: np.random.Generator, values: Values) -> Step:
    name = _one(rng, values)
    x = values[name]
    order = tuple(int(a) for a in rng.permutation(x.ndim))
    place = int(rng.integers(-x.ndim - 1, x.ndim + 1))
    longer = tuple(int(n) for n in rng.permutation([*x.shape, 1]))
    widths = [tuple(int(n) for n in rng.integers(0, 2, 2)) for _ in x.shape]
    return [
        (f"mg.reshape({name}, -1)", np.inf),
        (f"mg.reshape({name}, {longer})", np.inf),
        (f"mg.permute_dims({name}, {order})", np.inf),
        (f"mg.transpose({name})", np.inf),
        (f"mg.expand_dims({name}, {place})", np.inf),
        (f"mg.squeeze({name})", np.inf),
        (f"mg.broadcast_to({name}, {(2, *x.shape)})", np.inf),
        (f"mg.flip({name})", np.inf),
        (f"mg.pad({name}, {widths or 0})", np.inf),
    ][rng.integers(9)]


def _chosen(rng: np.random.Generator, values: Values) -> Step | None:
    name = _one(rng, values, 1)
    if name is None:
        return None
    x = values[name]
    axis, step = _axis(rng, x), int(rng.choice([-1, 1, 2]))
    n = x.shape[axis]
    indices = rng.integers(-n, n, rng.integers(1, 4)).tolist()
    places = rng.integers(0, n, [2 if a == axis % x.ndim else m for a, m in enumerate(x.shape)])
    mask = (rng.random(x.shape) < 0.6).tolist()
    return [
        (f"mg.getitem({name}, (..., slice(None, None, {step})))", np.inf),
        (f"mg.getitem({name}, (None, {int(rng.integers(-x.shape[0], x.shape[0]))}))", np.inf),
        (f"mg.getitem({name}, np.array({rng.integers(x.shape[0], size=3).tolist()}))", np.inf),
        (f"mg.getitem({name}, np.array({mask}))", np.inf),
        (f"mg.take({name}, np.array({indices}), axis={axis})", np.inf),
        (f"mg.take_along_axis({name}, np.array({places.tolist()}), axis={axis})", np.inf),
        (
            f"mg.scatter({name}, np.array({rng.integers(3, size=x.shape[0]).tolist()}), "
            f"{(3, *x.shape[1:])})",
            np.inf,
        ),
    ][rng.integers(7)]


def _joined(rng: np.random.Generator, values: Values) -> Step:
    a, b = _two(rng, values, lambda a, b: a.shape == b.shape)
    x = values[a]
    if x.ndim and rng.integers(2):
        return f"mg.concat([{a}, {b}], axis={_axis(rng, x)})", np.inf
    return f"mg.stack([{a}, {b}], axis={int(rng.integers(-x.ndim - 1, x.ndim + 1))})", np.inf


# how often each kind is drawn
STEPS = (
    4 * [_smooth] + 2 * [_bent] + 5 * [_pair] + 3 * [_reduction] + 2 * [_along] + 3 * [_matmul]
    + 2 * [_einsum] + 3 * [_moved] + 3 * [_chosen] + 2 * [_joined]
)  # fmt: skip
