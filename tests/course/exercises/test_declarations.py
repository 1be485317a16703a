"""What holds of every exercise that is declared."""

import numpy as np
import pytest
from asking import exercises, given, parts

from minigrad.course.exercises.comparing import same

PARTS = parts()
SEEDS = 0, 1
every_part = pytest.mark.parametrize("name", PARTS)


def outcomes(name, answer, seed):
    """Return what an answer leads to on every input; where it raises, the type of the exception."""
    exercise, found = PARTS[name], []
    with np.errstate(all="ignore"):
        for arguments in exercise.inputs(seed):
            try:
                found.append(exercise.outcome(answer, given(name), arguments))
            except Exception as error:
                found.append(type(error).__name__)
    return found


def agree(one, other):
    return all(
        a == b if isinstance(a, str) or isinstance(b, str) else same(a, b)
        for a, b in zip(one, other, strict=True)
    )


def test_all_128_exercises_are_there():
    assert len(exercises()) == 128


@every_part
def test_the_reference_passes_and_every_slip_hears_its_own_name(name):
    exercise = PARTS[name]
    for seed in SEEDS:
        assert exercise(exercise.answer, *given(name), seed=seed)
    for message, slip in exercise.slips.items():
        assert exercise(slip, *given(name)).message == message


@every_part
@pytest.mark.parametrize("seed", SEEDS)
def test_no_slip_does_what_the_reference_or_another_slip_does(name, seed):
    answers = [PARTS[name].answer, *PARTS[name].slips.values()]
    found = [outcomes(name, answer, seed) for answer in answers]
    for i, one in enumerate(found):
        assert not any(agree(one, other) for other in found[:i])


@every_part
def test_every_argument_varies_and_so_does_every_seed(name):
    def spelled(arguments):
        return [repr(argument) for argument in arguments]

    inputs = [spelled(arguments) for arguments in PARTS[name].inputs(0)]
    for values in zip(*inputs, strict=True):
        assert len(set(values)) > 1
    if PARTS[name].draw is not None:
        drawn = [spelled(arguments) for arguments in PARTS[name].inputs(1)]
        assert drawn != inputs
        assert drawn == [spelled(arguments) for arguments in PARTS[name].inputs(1)]


@every_part
def test_there_is_something_to_say(name):
    exercise = PARTS[name]
    assert exercise.otherwise.endswith((".", "?"))
    assert len(set(exercise.slips)) == len(exercise.slips)
    assert all(message.endswith((".", "?")) for message in exercise.slips)
