"""How pytest runs here: what the workers of a run share, in which order they go, what ends with the run;
and that CI takes no skipped test for a pass.

The fixtures of all tests are in `tests/support/fixtures.py`.
"""

import gc
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support import run_folder, selection
from tests.support.run_folder import RUN_FOLDER

gc.disable()  # until all tests are found: see pytest_collection_finish
NAME = 100  # characters
NO_SKIPS = "--no-skips"
# How long an example takes says more about what else the machine does than about the rule under test.
settings.register_profile("tiendo", deadline=None)
settings.register_profile("quick", settings.get_profile("tiendo"), max_examples=20)  # of `make test-fast`
settings.load_profile("tiendo")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(NO_SKIPS, action="store_true", help="a test that is skipped is a failure")


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    config.stash[RUN_FOLDER] = run_folder.make() if given is None else Path(given["run_folder"])
    if given is None and leaves_to_workers(config.option):
        gc.enable()
    else:
        config.pluginmanager.import_plugin("tests.support.fixtures")


def leaves_to_workers(option: Any) -> bool:
    """Whether this process only hands the tests out: it needs no fixtures then."""
    asked = option.collectonly or option.showfixtures or option.show_fixtures_per_test
    return bool(getattr(option, "dist", "no") != "no" and getattr(option, "tx", None) and not asked)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker of pytest-xdist is about to start."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        run_folder.end(config.stash[RUN_FOLDER])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    selection.mark(items)
    if hasattr(config, "workerinput"):
        selection.order_for_workers(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with selection.guard(item):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outside of what tells a foreseen failure from a skip
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption(NO_SKIPS):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{reason}: nothing may be skipped here ({NO_SKIPS})"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that is skipped as a whole has no test that could say so."""
    report = yield
    if report.skipped and collector.config.getoption(NO_SKIPS):
        report.outcome, report.longrepr = "failed", f"{report.longrepr}: nothing may be skipped here ({NO_SKIPS})"
    return report


def pytest_make_parametrize_id(val: object) -> str | None:
    """A test is not named after the whole of a text: some are a megabyte, and each worker tells the names of all."""
    if not isinstance(val, str | bytes) or len(val) <= NAME:
        return None
    start = val[:NAME].decode("ascii", "replace") if isinstance(val, bytes) else val[:NAME]
    return f"{start.encode('unicode_escape').decode()}... {len(val)}"


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the collector need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
