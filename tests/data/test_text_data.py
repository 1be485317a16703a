"""What a text promises: numbers there and back, parts in order, contexts that look back only."""

from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad import data

LENGTH = 125_618

STRINGS = st.text(min_size=1, max_size=40)


@given(string=STRINGS, validation=st.floats(0, 0.49), test=st.floats(0, 0.49))
def test_the_parts_are_the_text_in_its_order(string, validation, test):
    found = data.text(string, validation, test)
    parts = [found.train, found.validation, found.test]
    assert "".join(map(found.decode, parts)) == string
    assert [part.dtype for part in parts] == [np.int64] * 3
    assert len(parts[1]) == round(validation * len(string))
    assert len(parts[2]) == round(test * len(string))


@given(string=STRINGS)
def test_encoding_is_undone_by_decoding(string):
    found = data.text(string)
    assert found.decode(found.encode(string)) == string
    assert found.characters == "".join(sorted(set(string)))
    assert found.decode(len(found.characters) - 1) == max(string)
    assert found.encode("").shape == (0,) and found.decode([]) == ""


@given(n=st.integers(2, 30), fraction=st.floats(0, 1))
def test_a_context_is_what_stands_before_its_character(n, fraction):
    numbers = np.random.default_rng(n).integers(0, 9, n)
    length = 1 + round(fraction * (n - 2))
    x, y = data.contexts(numbers, length)
    assert x.shape == (n - length, length) and y.shape == (n - length,)
    for i in range(n - length):
        assert [*x[i], y[i]] == numbers[i : i + length + 1].tolist()


def test_contexts_are_copies_that_may_be_written_to():
    numbers = np.arange(5)
    x, y = data.contexts(numbers, 2)
    x[:], y[:] = 7, 7
    assert numbers.tolist() == [0, 1, 2, 3, 4]
    assert data.contexts([1, 2, 3], 2)[0].tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: data.text(""), "it is empty"),
        (lambda: data.text("abc", 0.5, 0.5), "less than 1; got 0.5 and 0.5"),
        (lambda: data.text("abc", test=-0.1), "test is a number from 0 to 1; got -0.1"),
        (lambda: data.text("abc").encode("axbü"), "the text has no 'x', 'ü'"),
        (lambda: data.text("abc").decode([0, 3]), "go from 0 to 2"),
        (lambda: data.text("abc").decode([-1]), "go from 0 to 2"),
        (lambda: data.contexts([1, 2, 3], 3), "length is an integer from 1 to 2; got 3"),
        (lambda: data.contexts([1, 2, 3], 0), "got 0"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: data.text(b"abc"),
        lambda: data.text("abc", "0.1"),
        lambda: data.text("abc").encode(["a"]),
        lambda: data.text("abc").decode("a"),
        lambda: data.text("abc").decode([0.5]),
        lambda: data.contexts("abc", 1),
        lambda: data.contexts([[1, 2], [3, 4]], 1),
        lambda: data.contexts([1, 2, 3], 1.0),
    ],
)
def test_other_types_are_refused(call):
    with pytest.raises(TypeError):
        call()


def test_the_prose_is_frozen():
    prose = data.python_prose()
    whole = prose.decode(np.concatenate([prose.train, prose.validation, prose.test]))
    assert len(whole) == LENGTH and prose.characters.isascii()
    assert "inherit the default comparison behavior" in whole and whole.endswith(".\n")
    assert len(prose.validation) == len(prose.test) == round(LENGTH / 10)
    assert repr(prose).startswith("Text(") and f"{len(prose.characters)} different" in repr(prose)


def test_the_licence_of_the_prose_lies_beside_it():
    note = files("minigrad.data").joinpath("python_prose.LICENSE.txt").read_text("utf-8")
    for words in ("2023 Python Software Foundation", "What was changed", "AS IS"):
        assert words in note
