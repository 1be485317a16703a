"""The seeds of the lessons: one variable moves them all."""

import pytest

from minigrad.course import generator, seeds


@pytest.fixture(autouse=True)
def unshifted(monkeypatch):
    monkeypatch.delenv("MINIGRAD_SEED_SHIFT", raising=False)


def test_without_a_shift_they_count_from_zero():
    assert list(seeds(3)) == [0, 1, 2]


def test_seeds_after_others_share_none_with_them():
    assert list(seeds(2, after=3)) == [3, 4]


def test_no_two_shifts_share_a_seed(monkeypatch):
    drawn = []
    for shift in range(4):
        monkeypatch.setenv("MINIGRAD_SEED_SHIFT", str(shift))
        drawn += [*seeds(5), *seeds(20, after=200)]
    assert len(set(drawn)) == len(drawn)


def test_a_generator_begins_at_a_seed_and_moves_with_it(monkeypatch):
    unmoved, after = generator().integers(1 << 60), generator(after=7).integers(1 << 60)
    assert unmoved != after
    assert generator().integers(1 << 60) == unmoved
    monkeypatch.setenv("MINIGRAD_SEED_SHIFT", "1")
    assert generator().integers(1 << 60) != unmoved


@pytest.mark.parametrize("shift", ["", "one", "-1", "0.5", "²"])
def test_a_shift_that_is_no_whole_number_is_refused(monkeypatch, shift):
    monkeypatch.setenv("MINIGRAD_SEED_SHIFT", shift)
    with pytest.raises(ValueError, match="it takes a whole number from 0 on"):
        seeds(1)
