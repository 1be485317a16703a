"""All exercises, and how they are asked."""

import importlib

from lesson_01 import LESSON

from minigrad.course.exercises import Exercise, InTurn

LESSONS = (
    "start_here", "derivatives", "tensors", "network", "gradient_descent", "batches", "momentum",
    "decay", "warmup", "finding", "adaptive", "adam", "layers", "selftuning", "exploding",
    "edge", "generalising", "penalties", "noise", "images", "language", "translation", "q_learning",
    "policy", "choosing",
)  # fmt: skip


SEVERAL_ANSWERS = "tensors.stretched", "decay.circulating", "adaptive.walks"  # one for each part


def exercises():
    """Return every exercise by its name, and what its lesson hands over beside the answer."""
    found = {}
    for lesson in LESSONS:
        module = importlib.import_module(f"minigrad.course.exercises.{lesson}")
        for name, exercise in vars(module).items():
            if isinstance(exercise, Exercise | InTurn) and not name.startswith("_"):
                found[f"{lesson}.{name}"] = exercise
    return found


def parts():
    """Return every declaration by its name: exercises that are judged in turn are several."""
    found = {}
    for name, exercise in exercises().items():
        if isinstance(exercise, InTurn):
            found |= {f"{name}[{i}]": part for i, part in enumerate(exercise.parts)}
        else:
            found[name] = exercise
    return found


def asked():
    """Return what is asked with one answer, by its name, and a right answer to each."""
    found = {}
    for name, exercise in exercises().items():
        if isinstance(exercise, Exercise):
            found[name] = exercise, exercise.answer
        elif name in SEVERAL_ANSWERS:
            found |= {f"{name}[{i}]": (part, part.answer) for i, part in enumerate(exercise.parts)}
        else:
            found[name] = exercise, exercise.parts[-1].answer
    return found


def given(name):
    """Return what the lesson hands over beside the answer."""
    return (LESSON["Value"],) if name in ("derivatives.divide", "derivatives.backward") else ()
