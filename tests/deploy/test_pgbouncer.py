"""Services work through PgBouncer in session mode: migrations, a report until its value, a rebuild with exchange."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

import aggregation.worker
import submissions.worker
from aggregation.rebuild.origin import Name, OriginEvent, Page
from aggregation.rebuild.run import Rebuild, RebuildOptions
from aggregation.rebuild.topic_origin import TopicOrigin
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.answers import commune_answer
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.database.migration import migrate
from shared.events import SUBMISSIONS
from submissions.app import create_app
from submissions.settings import SubmissionsSettings
from tests.support.proxies.pgbouncer import PgBouncer, program
from tests.support.relay_head import set_ahead
from tests.support.secured_kafka import SecuredKafka
from tiendo_local.issuer import Issuer
from tiendo_local.servers.postgres import Postgres

UNIT, PERIOD = "24736@2025-07-01", "2026"
SECONDS = 45


@pytest.fixture
def databases_behind_a_pooler(
    database: Callable[..., str], postgres: Postgres, server_folder: Path
) -> Iterator[Callable[[str], str]]:
    """A new, empty database of a service, by its URL through PgBouncer."""
    if program() is None:
        pytest.skip("pgbouncer is not installed (Debian: apt-get install pgbouncer)")
    urls = {name: database(name) for name in ("submissions", "aggregation")}
    users = {str(url.username): str(url.password) for url in map(make_url, urls.values())}
    pooler = PgBouncer(server_folder, postgres.port, users)
    pooler.start()
    yield lambda name: pooler.url(urls[name])
    pooler.child.kill()


class Kept:
    """An origin of some events that were read already."""

    name: Name = "topic"
    complete = True

    def __init__(self, events: list[OriginEvent]) -> None:
        self._events = events

    async def read(self) -> Page:
        events, self._events = self._events, []
        return Page(events, False)


async def submit(settings: SubmissionsSettings, issuer: Issuer) -> None:
    """Open the period and send one report, as programs do."""
    transport = httpx.ASGITransport(create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://submissions") as http:

        async def ask(method: str, path: str, role: str, unit: str, **more: Any) -> Any:
            headers = {"Authorization": f"Bearer {issuer.token(role, unit)}", "Idempotency-Key": path.replace("/", "-")}
            answer = await http.request(method, f"/api/v1/{path}", headers=headers, **more)
            assert answer.is_success, answer.text
            return answer.json()

        await ask("POST", "obligations/opening", "ops", "DAK_NONG", json={"period": PERIOD})
        query = {"unit": UNIT, "period": PERIOD, "form": "B01-XA"}
        [owed] = (await ask("GET", "obligations", "reporter", UNIT, params=query))["items"]
        detail = await ask("GET", f"obligations/{owed['id']}", "reporter", UNIT)
        answers = commune_answer()
        observations = [
            {"measure": f["measure"], "disaggregation": f["disaggregation"], "value": str(answers.get(f["measure"], 1))}
            for f in detail["fields"]
            if f["required"]
        ]
        body = {"observations": observations, "narrative": {}, "evidence": []}
        await ask("POST", f"obligations/{owed['id']}/submissions", "reporter", UNIT, json=body)


async def test_a_report_becomes_a_value_and_the_state_is_rebuilt_through_pgbouncer(
    databases_behind_a_pooler: Callable[[str], str], secured: SecuredKafka, issuer: Issuer, catalogue: Catalogue
) -> None:
    for name in ("submissions", "aggregation"):
        await asyncio.to_thread(migrate, databases_behind_a_pooler(name), name)
    sending = SubmissionsSettings(
        database_url=databases_behind_a_pooler("submissions"),
        environment="test",
        jwks_file=issuer.jwks_file,
        **secured.settings("submissions"),
    )
    receiving = AggregationSettings(
        database_url=databases_behind_a_pooler("aggregation"), environment="test", **secured.settings("aggregation")
    )
    workers = [submissions.worker.create_worker(sending), aggregation.worker.create_worker(receiving)]
    live, shadow = create_engine(receiving, pool_size=4), create_engine(receiving, pool_size=2, schema="shadow")
    try:
        for worker in workers:
            await set_ahead(worker.engine, f"/{worker.settings.service}")
            await worker.start()
        await submit(sending, issuer)
        deadline = time.monotonic() + SECONDS
        while not await valued(live):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        for worker in workers:
            await worker.stop()
        async with live.connect() as connection:
            assert await connection.scalar(sa.text("show statement_timeout")) == "30s"
            applied = set((await connection.execute(sa.text("select event_id from inbox"))).scalars())
        async with TopicOrigin(receiving, SUBMISSIONS) as topic:
            pages = [await topic.read()]
            while pages[-1].more:
                pages.append(await topic.read())
        events = [event for page in pages for event in page.events if event.id in applied]
        rebuild = Rebuild(live, shadow, Kept(events), PlanIndex(catalogue), clock=Clock(), say=print)
        result = await rebuild.run(RebuildOptions("test", swap=True))
        assert result.rebuilt.equal and result.rebuilt.swapped and not result.refused
        assert await valued(live)
    finally:
        for worker in workers:
            await worker.stop()
        await shadow.dispose()
        await live.dispose()


async def valued(live: Any) -> bool:
    async with live.connect() as connection:
        return bool(await connection.scalar(sa.text("select exists (select from indicator_value where value > 0)")))
