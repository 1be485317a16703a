"""Ways of being wrong that no single exercise owns: all exercises catch them."""

import copy

import numpy as np
import pytest
from asking import asked, given

import minigrad as mg
from minigrad.course.exercises.exercise import call

ASKED = asked()
FUNCTIONS = [name for name, (_, right) in ASKED.items() if callable(right)]
PLAIN = [name for name in FUNCTIONS if getattr(ASKED[name][0], "use", None) is call]
NUMBERS = [name for name, (_, right) in ASKED.items() if not callable(right)]


def ask(name, answer):
    return ASKED[name][0](answer, *given(name))


def like_the_reference(name, change):
    """Wrap the reference, and keep what makes a primitive one."""
    reference = ASKED[name][1]

    def answer(*arguments):
        return change(reference, *arguments)

    vars(answer).update(vars(reference))
    return answer


def calls_of(name):
    """Return the arguments of every call that the reference gets."""
    seen = []

    def listen(reference, *arguments):
        seen.append(copy.copy(arguments))
        return reference(*arguments)

    assert ask(name, like_the_reference(name, listen))
    return seen


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_argument_that_is_ignored_is_missed(name):
    """Each argument in turn is what it was in the first call: hard-coded, as it was shown."""
    for k in range(len(calls_of(name)[0])):
        first = []

        def freeze(reference, *arguments, k=k, first=first):
            first = first or first.append(arguments[k]) or first
            return reference(*arguments[:k], copy.deepcopy(first[0]), *arguments[k + 1 :])

        assert not ask(name, like_the_reference(name, freeze)), f"argument {k}"


@pytest.mark.parametrize("name", PLAIN)
def test_the_sign_of_no_argument_is_lost(name):
    seen = calls_of(name)
    for k in range(len(seen[0])):
        if all(np.all(np.nan_to_num(np.asarray(arguments[k])) >= 0) for arguments in seen):
            continue

        def rectify(reference, *arguments, k=k):
            return reference(*arguments[:k], np.abs(arguments[k]), *arguments[k + 1 :])

        assert not ask(name, like_the_reference(name, rectify)), f"argument {k}"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_first_result_does_for_no_other_input(name):
    kept = []

    def keep(reference, *arguments):
        result = reference(*arguments)
        kept.append(result)
        return kept[0]

    def shown(reference, *arguments):
        return copy.deepcopy(kept[0])

    if "backward" in name or "softmax_rows" in name:  # they write, and return nothing
        return
    assert not ask(name, like_the_reference(name, keep))
    assert not ask(name, like_the_reference(name, shown))


@pytest.mark.parametrize("name", PLAIN)
def test_arguments_stay_as_they_are(name):
    for k, argument in enumerate(ASKED[name][0].inputs(0)[0]):
        if not isinstance(argument, np.ndarray | list):
            continue

        def empty(reference, *arguments, k=k):
            result = copy.deepcopy(reference(*arguments))
            if isinstance(arguments[k], list):
                arguments[k].clear()
            else:
                arguments[k][...] = 7
            return result

        assert "changed the" in ask(name, like_the_reference(name, empty)).message


NO_NUMBERS = {
    "text": ("1.0", "without quotes"),
    "complex": (1 + 2j, "complex"),
    "huge": (10**400, "larger than any number"),
    "function": (np.mean, "brackets ()"),
    "object": (object(), "of the type object"),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_what_is_no_number_is_told_so(name, kind):
    answer, hears = NO_NUMBERS[kind]
    verdict = ask(name, answer)
    assert not verdict and hears in verdict.message
    assert not ask(name, None)
    assert "nan" in ask(name, float("nan")).message or name == "start_here.rate"


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_a_function_that_returns_no_number_is_told_so(name, kind):
    answer, hears = NO_NUMBERS[kind]
    verdict = ask(name, lambda *arguments: answer)
    assert not verdict and hears in verdict.message


@pytest.mark.parametrize("name", PLAIN)
def test_nan_and_a_missing_return_are_told(name):
    reference = ASKED[name][1]

    def lost(value):
        return tuple(map(lost, value)) if isinstance(value, tuple) else np.nan * np.asarray(value)

    assert "There is nan" in ask(name, lambda *arguments: lost(reference(*arguments))).message
    assert "return" in ask(name, lambda *arguments: None).message


def as_lists(value):
    if isinstance(value, tuple):
        return tuple(map(as_lists, value))
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def in_a_list(value):
    return value if isinstance(value, tuple) or np.ndim(value) else [value]


def as_tensors(value):
    if isinstance(value, tuple):
        return tuple(map(as_tensors, value))
    return mg.tensor(np.asarray(value, dtype=float))


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("form", [as_lists, in_a_list, as_tensors])
def test_a_right_answer_may_come_as_lists_tensors_or_arrays_of_one_element(name, form):
    reference = ASKED[name][1]
    assert ask(name, lambda *arguments: form(reference(*arguments)))


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_may_come_as_an_array_or_a_list(name):
    answer = ASKED[name][1]
    for form in (np.asarray(answer), mg.tensor(np.asarray(answer, dtype=float))):
        assert ask(name, form)
    if np.ndim(answer) == 0:
        assert ask(name, [answer]) and ask(name, np.array([[answer]]))
