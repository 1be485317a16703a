"""The results of a program share memory, and never at the same time."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad.kernels.tracing import Loop
from minigrad.replay.sharing import share

machine = pytest.importorskip("minigrad.replay.machine", reason="it needs Numba")

MANY = 100_000


def compiled(function, x, calls=4):
    """Compile, and replay; return the function, its program and its last result."""
    run = mg.compile(function)
    for _ in range(calls):
        result = run(x)
    return run, run.programs()[0], result


@st.composite
def graphs(draw):
    """For each result of a program, its length and which earlier ones it is made of."""
    lengths = draw(st.lists(st.integers(1, 50), min_size=1, max_size=15))
    return [
        (n, draw(st.sets(st.integers(0, i - 1))) if i else set()) for i, n in enumerate(lengths)
    ]


@given(graphs(), st.integers(0, 3))
def test_each_result_is_as_if_it_had_memory_of_its_own(graph, looked_at):
    results = [np.empty(n) for n, _ in graph]
    parts = []
    for i, (result, (_, sources)) in enumerate(zip(results, graph, strict=True)):
        # one number of each, so that lengths may differ
        numbers = [results[j][-1:] for j in sources]
        first, *others = [np.array([float(i)]), *numbers][::-1]
        parts.append([Loop(np.positive, (first, result))])
        parts[-1] += [Loop(np.add, (result, x, result)) for x in others]
    expected = [float(i) for i in range(len(graph))]
    for i, (_, sources) in enumerate(graph):
        expected[i] += sum(expected[j] for j in sources)

    stays = results[-1 - looked_at :]
    size = share(parts, results, stays)
    code = machine.Code(parts)
    code.run(0, len(code.owners))
    for first, *others in parts:
        for x, result in [first.operands, *(loop.operands[1:] for loop in others)]:
            assert not np.shares_memory(x, result)  # nothing is written over what it is made of
    for result, value in zip(stays, expected[-1 - looked_at :], strict=True):
        np.testing.assert_array_equal(result, value)
    assert size <= sum(64 * -(-x.nbytes // 64) for x in results)


def test_the_memory_of_a_program_does_not_grow_with_its_length():
    def chain(x, length):
        for _ in range(length):
            x = mg.exp(-x)
        return mg.sum(x)

    x = np.zeros(MANY)
    sizes = [compiled(lambda x, n=n: chain(x, n), x)[1].shared for n in (3, 30)]
    assert sizes[0] == sizes[1] < 2.1 * x.nbytes


def test_a_result_that_is_needed_late_keeps_its_numbers():
    def late(x):
        early = mg.exp(x)
        for _ in range(20):
            x = x * 1.5 + early
        return mg.sum(x * early)

    x = np.linspace(0, 1, MANY)
    _, program, replayed = compiled(late, x)
    assert program.shared < 4.1 * x.nbytes
    assert replayed.item() == late(mg.tensor(x)).item()


def test_a_large_argument_is_not_copied():
    x = np.zeros(MANY)
    run, _, _ = compiled(mg.sum, x)
    tracemalloc.start()
    try:
        again = mg.compile(mg.sum)
        for _ in range(4):
            again(x)
        assert tracemalloc.get_traced_memory()[0] < x.nbytes / 2
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(run(x + 1).item(), MANY)


def test_an_argument_that_is_not_aligned_is_taken():
    run, _, _ = compiled(mg.sum, np.zeros(MANY))
    askew = np.zeros(8 * MANY + 1, np.uint8)[1:].view(np.float64)
    askew[:] = 2
    assert run(askew).item() == 2 * MANY


def test_a_table_that_a_kernel_reads_is_no_free_memory():
    # correlation reads the table of where its runs start, which Python made
    conv = mg.nn.Conv2d(1, 2, 1)
    x = np.random.default_rng(0).normal(size=(4, 1, 9, 9)).astype(np.float32)
    _, _, replayed = compiled(lambda x: mg.sum(conv(x) * conv(x * 2)), x, calls=8)
    with mg.no_grad():
        assert replayed.item() == mg.sum(conv(mg.tensor(x)) * conv(mg.tensor(x) * 2)).item()


@mg.primitive(lambda g, y, x: -g)
def reversed_gradient(x):
    return x


@mg.primitive()
def edged(x):
    out = np.ones(len(x) + 1, bool)
    np.greater(x, 0, out=out[1:])
    return out


WEIGHTS = mg.tensor(np.linspace(0, 1, MANY))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: mg.pad(x * 2, 10),  # zeros that no loop writes
        lambda x: (reversed_gradient(WEIGHTS), x * WEIGHTS),  # memory that is not the program's
        lambda x: mg.where(edged(x), 1.0, 2.0) + mg.where(edged(x * 2), 3.0, 4.0),
        lambda x: ((x + x) * 2, mg.concat([x])),  # a copy of what no loop makes
        lambda x: mg.exp(x)[::-1] + mg.exp(x * 2)[::-2][: MANY // 2].sum(),  # steps back
    ],
)
def test_memory_that_is_not_all_made_anew_is_neither_shared_nor_handed_out(function):
    run = mg.compile(function)
    for i in range(6):
        x = np.linspace(1 - i / 4, 1, MANY)  # positive, at first
        expected, found = function(mg.tensor(x)), run(x)
        both = (expected, found) if isinstance(expected, tuple) else ((expected,), (found,))
        for a, b in zip(*both, strict=True):
            np.testing.assert_array_equal(b, a)


@pytest.mark.parametrize("kind", ["convolution", "layer norm"])
@pytest.mark.parametrize("number", [np.nan, np.inf, 0.0])
def test_a_program_that_is_made_from_useless_numbers_is_as_good(kind, number):
    rng = np.random.default_rng(0)
    if kind == "convolution":
        layers, shape = [mg.nn.Conv2d(2, 2, 3, padding=1, rng=rng) for _ in range(2)], (4, 2, 9, 9)
    else:
        layers, shape = (
            [mg.nn.LayerNorm(8), mg.nn.Linear(8, 8, rng=rng), mg.nn.LayerNorm(8)],
            (9, 8),
        )
    parameters = [p for layer in layers for p in layer.parameters()]

    def step(x):
        for layer in layers:
            x = layer(x)
        return [x, *mg.grad((x * x).sum(), parameters)]

    run = mg.compile(step)
    for i in range(6):
        x = rng.normal(size=shape).astype(np.float32)
        if i == 2:  # when memory is laid out
            x[...] = number
        with np.errstate(all="ignore"):
            for a, b in zip(step(mg.tensor(x)), run(x), strict=True):
                np.testing.assert_array_equal(b.numpy(), a.numpy())


def test_the_room_is_what_is_needed_at_one_time():
    # as in a chain and its derivative: each result is kept until it is read on the way back
    calls = 3000
    results = [np.empty(4) for _ in range(2 * calls)]
    ones = np.ones(4)
    parts = [[Loop(np.add, (ones, x, x)) for x in results[:calls]]]
    for x, y in zip(results[calls:], reversed(results[:calls]), strict=True):
        parts.append([Loop(np.add, (y, ones, x))])
    assert share(parts, results, results[-1:]) == 64 * (calls + 1)
