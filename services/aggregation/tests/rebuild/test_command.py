"""`python -m aggregation replay` as ops runs it: from the audit service over HTTP, killed half-way."""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rebuild import replay
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from aggregation.store.checksum import checksum
from audit.settings import AuditSettings
from audit.worker import log_events
from services.aggregation.tests.drivers.event_writer import record_of
from services.aggregation.tests.rebuild.driver import TAMPERED, run
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import Event
from shared.messaging import BatchConsumer
from tests.support.databases import owner_url
from tiendo_local.issuer import Issuer


class Ops:
    """The audit service as a process, its log, and the command beside it."""

    def __init__(self, environment: dict[str, str], log: AsyncEngine) -> None:
        self.environment = environment
        self._log = log

    async def keep(self, events: list[Event]) -> None:
        consumer = BatchConsumer(self._log, "audit", log_events(Clock()))
        await consumer.consume([record_of(event, n) for n, event in enumerate(events)])

    async def start(self, *arguments: str) -> Process:
        command = ("-m", "aggregation", "replay", *arguments)
        return await asyncio.create_subprocess_exec(
            sys.executable, *command, env=self.environment, stdout=PIPE, stderr=PIPE
        )

    async def replay(self, *arguments: str) -> tuple[int | None, str, str]:
        """Exit code, standard output, standard error."""
        process = await self.start(*arguments)
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    async def here(self, printed: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
        """The same without a process of its own, whose start takes longer than its work."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.setattr(logging.getLogger(), "handlers", [])  # the command turns them to its standard error
            code = await asyncio.to_thread(replay, AggregationSettings(), ["--from-log", *arguments])
        return code, *printed.readouterr()


@pytest.fixture
async def ops(
    engine: AsyncEngine, database: Callable[..., str], migrated: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Ops]:
    issuer = Issuer(tmp_path / "issuer")
    url = database("audit", template=migrated("audit"))
    log = create_engine(AuditSettings(database_url=url, environment="test"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "ENVIRONMENT": "test",
        "JWKS_FILE": str(issuer.jwks_file),
        "AUDIT_DATABASE_URL": url,
        "AUDIT_PORT": str(port),
        "AUDIT_URL": f"http://127.0.0.1:{port}",
        "AUDIT_TOKEN": issuer.token("auditor", "DAK_NONG"),
        "AGGREGATION_OWNER_DATABASE_URL": owner_url(engine.url.render_as_string(hide_password=False)),
        "AGGREGATION_DATABASE_URL": engine.url.render_as_string(hide_password=False),
    }
    with (tmp_path / "audit.log").open("wb") as output:
        api = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "audit", "api", env=environment, stdout=output, stderr=output
        )
    try:
        await _ready(environment["AUDIT_URL"])
        yield Ops(environment, log)
    finally:
        api.terminate()
        await api.wait()
        await log.dispose()


async def _ready(url: str) -> None:
    deadline = time.monotonic() + 60
    async with httpx.AsyncClient() as ops_client:
        while time.monotonic() < deadline:
            try:
                if (await ops_client.get(url + "/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise TimeoutError(url)


async def live_checksum(engine: AsyncEngine) -> str:
    async with engine.connect() as tx:
        return (await checksum(tx)).sha256


@pytest.mark.timeout(600)
async def test_from_the_audit_log(
    ops: Ops, engine: AsyncEngine, plan: PlanIndex, history: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    await ops.keep(history)
    before = await live_checksum(engine)

    killed = await ops.start("--from-log", "--swap")
    while not await run(engine, "select 1 from pg_namespace where nspname = 'shadow'"):
        assert killed.returncode is None
        await asyncio.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    await killed.communicate()
    assert killed.returncode == -signal.SIGKILL and await live_checksum(engine) == before
    assert not await run(engine, "select 1 from rebuild")

    code: int | None
    code, out, err = await ops.replay("--from-log", "--by", "somebody")
    assert code == 0 and "equal     yes" in out and f"{len(history):,} events" in out and before in out, err
    assert "events applied" in err and not await run(engine, "select 1 from pg_namespace where nspname = 'shadow'")

    await run(engine, TAMPERED["fact"])
    code, out, _ = await ops.here(capsys)
    assert code == 1 and "equal     NO" in out and "\nfact " in out and "\n  rebuilt (" in out
    code, out, err = await ops.here(capsys, "--swap")
    assert code == 1 and "swapped   yes" in out, err
    assert await live_checksum(engine) == before
    by = [row[0] for row in await run(engine, "select started_by from rebuild order by finished_at")]
    assert len(by) == 3 and by[0] == "somebody"

    ops.environment["AUDIT_TOKEN"] = "not-a-token"
    code, out, err = await ops.replay("--from-log")
    assert (code, out) == (3, "") and "401" in err and "not-a-token" not in err


@pytest.mark.usefixtures("outside")
async def test_without_a_database_or_a_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    url = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    known = AggregationSettings(database_url=url, environment="test")
    nowhere = known.model_copy(update={"audit_token": SecretStr("a-token")})
    code = await asyncio.to_thread(replay, nowhere, ["--from-log"])
    out, err = capsys.readouterr()
    assert (code, out) == (3, "") and "Traceback" in err
    assert replay(known, ["--from-log"]) == 3
    assert "AUDIT_TOKEN" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        replay(nowhere, ["--from-moon"])
    assert ended.value.code == 2 and "--from-log" in capsys.readouterr().err
