"""Settings that hold for every test."""

import os
import sys
from collections.abc import Iterator

import hypothesis
import matplotlib
import pytest

matplotlib.use("Agg")

# A slow machine is not a wrong program, so no example has a deadline. `make test` and .ci/run set
# CI, and judge every run by the same examples; by hand, each run looks at new ones.
hypothesis.settings.register_profile(
    "minigrad", deadline=None, derandomize="CI" in os.environ, print_blob=True
)
hypothesis.settings.load_profile("minigrad")


@pytest.fixture(autouse=True)
def no_figure_outlives_its_test() -> Iterator[None]:
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="fail when a test is skipped: for runs that have installed what every test asks for",
    )
    parser.addoption(
        "--shifts", default="1", help="shifts of the lessons' seeds, as in '1 2 3': for claims.py"
    )


def _forbidden_skips(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not config.getoption("--no-skips") or reporter is None:  # the workers have no reporter
        return 0
    return len(reporter.stats.get("skipped", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _forbidden_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if count := _forbidden_skips(config):
        terminalreporter.write_line(f"FAILED --no-skips: {count} tests were skipped", red=True)
