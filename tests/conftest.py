"""Settings that hold for every test."""

import hypothesis
import matplotlib
import pytest

matplotlib.use("Agg")

# A slow machine is not a wrong program, so no example has a deadline.
hypothesis.settings.register_profile("minigrad", deadline=None, print_blob=True)
hypothesis.settings.load_profile("minigrad")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="fail when a test was skipped: for runs that installed all the tests ask for",
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--no-skips") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
