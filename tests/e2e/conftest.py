"""The whole system, as `tiendo up` starts it, in a temporary folder; once for all tests of this folder."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import jaeger as jaegers
from tests.e2e.jaeger import Jaeger
from tests.e2e.journey import Urls
from tests.e2e.whole import NOW, Whole
from tests.support.once import RUN_FOLDER, once


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where Jaeger is still to be built, which takes minutes, begin now."""
    needed = any("jaeger" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not (session.config.option.collectonly or jaegers.missing() or jaegers.binary_file().exists()):
        folder = session.config.stash[RUN_FOLDER]

        def begin() -> dict[str, Any]:
            jaegers.build_meanwhile(folder)
            return {}

        once(folder, "jaeger-build", begin)


@pytest.fixture(scope="session")
def jaeger(server_folder: Path) -> Iterator[Jaeger | None]:
    if jaegers.missing():
        yield None
        return
    server = Jaeger(server_folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def system(server_folder: Path, jaeger: Jaeger | None) -> Iterator[Whole]:
    """Runs until a test ends it: the last ones, in test_up.py."""
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": jaeger.endpoint} if jaeger else {}
    run = Whole(server_folder / "system", "--now", NOW, environment={**os.environ, **traced})
    try:
        run.wait_ready()
        yield run
    finally:
        if run.process.poll() is None:
            run.stop(signal.SIGTERM)


@pytest.fixture(scope="session")
def urls(system: Whole) -> Urls:
    return system.urls
