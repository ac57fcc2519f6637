"""`pytest --no-skips`: what is skipped is a failure. For CI, where every tool is there."""

from collections.abc import Generator

import pytest

OPTION = "--no-skips"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="a test that is skipped is a failure")


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outside of what tells a foreseen failure from a skip
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption(OPTION):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{reason}: nothing may be skipped here ({OPTION})"
    return report
