"""What is swept, on what, and how two tables are compared."""

from concurrent.futures import Executor, ThreadPoolExecutor

import pandas as pd


def square(x, seed):
    return x * x + seed


def one_by_one() -> Executor:
    return ThreadPoolExecutor(1)


def same(a: pd.DataFrame, b: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(a, b, check_exact=True)
