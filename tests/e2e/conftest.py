"""The whole system, as `tiendo up` starts it, in a temporary folder on free ports; once for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import jaeger as jaegers
from tests.e2e.jaeger import Jaeger
from tests.e2e.journey import Urls
from tests.support.once import RUN_FOLDER, once
from tiendo_local.commands.up import open_obligations
from tiendo_local.system import System
from tiendo_local.workspace import Workspace, find


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where Jaeger is still to be built, which takes minutes, begin now."""
    needed = any("jaeger" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not (session.config.option.collectonly or jaegers.missing() or jaegers.binary_file().exists()):
        folder = session.config.stash[RUN_FOLDER]

        def begin() -> dict[str, Any]:
            jaegers.build_meanwhile(folder)
            return {}

        once(folder, "jaeger-build", begin)


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def system(server_folder: Path, jaeger: Jaeger | None) -> Iterator[System]:
    with pytest.MonkeyPatch.context() as patch:
        if jaeger:
            patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", jaeger.endpoint)
        system = System(Workspace(find().root, server_folder / "system"), fixed_ports=False)
        system.start()
    try:
        open_obligations(system, "DAK_NONG")
        yield system
    finally:
        system.stop()


@pytest.fixture(scope="module")
def urls(system: System) -> Urls:
    return Urls(**system.urls)
