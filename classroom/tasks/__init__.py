"""What is asked in the assignments, and what is right: for each the tasks by their test's name."""

from collections.abc import Mapping

from ..task import Task
from . import (
    adaptive_rates,
    batches_and_momentum,
    derivatives,
    gradient_descent,
    project,
    schedules,
    stability,
)

TASKS: Mapping[str, Mapping[str, Task]] = {
    "a1_derivatives": derivatives.TASKS,
    "a2_gradient_descent": gradient_descent.TASKS,
    "a3_batches_and_momentum": batches_and_momentum.TASKS,
    "a4_schedules": schedules.TASKS,
    "a5_adaptive_rates": adaptive_rates.TASKS,
    "a6_stability": stability.TASKS,
    "a7_project": project.TASKS,
}
