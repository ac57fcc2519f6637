"""How pytest runs here: what the workers of a run share, in which order they go, what ends with the run.

The fixtures of all tests are in `tests/support/fixtures.py`.
"""

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.support import selection
from tests.support.once import RUN_FOLDER
from tiendo_local.servers.process import end_leftover

gc.disable()  # until all tests are found: see pytest_collection_finish
# SIGQUIT is PostgreSQL's immediate end: SIGKILL would leave its shared memory behind.
STOP = {"postgres": signal.SIGQUIT}
ROOM = 6 * 2**30  # bytes
NAME = 100  # characters


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    if given is None:
        folder = Path(tempfile.mkdtemp(prefix="tiendo-test-", dir=in_memory()))
        folder.chmod(0o755)  # the account that runs PostgreSQL gets there, too
    config.stash[RUN_FOLDER] = folder if given is None else Path(given["run_folder"])
    distributes = getattr(config.option, "tx", None) and not config.option.collectonly
    if given is not None or not distributes:  # else the workers run the tests
        config.pluginmanager.import_plugin("tests.support.fixtures")


def in_memory() -> Path | None:
    """Where files are memory, if there is room: the databases of tests are thousands of files that come and go."""
    place = Path("/dev/shm")
    try:
        found = os.statvfs(place)
    except (AttributeError, OSError):
        return None
    roomy = found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC
    return place if roomy and os.access(place, os.W_OK) else None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker of pytest-xdist is about to start."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers of the run, whichever worker started them. Nothing of theirs is kept: they need not tidy up."""
    if hasattr(config, "workerinput"):
        return
    folder = config.stash[RUN_FOLDER]
    for record in folder.rglob("*.pid.json"):
        end_leftover(record, (STOP.get(record.name.split(".")[0], signal.SIGKILL), 10.0))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    selection.mark(items)
    if hasattr(config, "workerinput"):
        selection.order_for_workers(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with selection.guard(item):
        return (yield)


def pytest_make_parametrize_id(val: object) -> str | None:
    """A test is not named after the whole of a text: some are a megabyte, and each worker tells the names of all."""
    if not isinstance(val, str | bytes) or len(val) <= NAME:
        return None
    start = val[:NAME].decode("ascii", "replace") if isinstance(val, bytes) else val[:NAME]
    return f"{start.encode('unicode_escape').decode()}… {len(val)}"


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the collector need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
