"""The processes that stay for all sweeps of a lesson."""

import os

import minigrad as mg
from minigrad.course import workers


def test_two_sweeps_run_in_the_same_processes_and_not_in_this_one():
    def where(seed):
        return os.getpid()

    first, second = (set(mg.sweep(where, {}, range(8), workers()).result) for _ in range(2))
    everyone = set(mg.sweep(where, {}, range(8), workers()).result) | first | second
    assert os.getpid() not in everyone
    assert len(everyone) <= (os.cpu_count() or 1)
