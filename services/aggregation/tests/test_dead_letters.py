"""A form that yesterday's catalogue did not have: set aside, replayed after the upgrade, and in the figures once."""

from dataclasses import replace

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.app import create_app
from aggregation.commands.aggregate import Aggregator
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.event_writer import EventWriter, record_of
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.messaging import BatchConsumer

LIST = "/api/v1/dead-letters"


async def test_a_form_comes_with_the_upgrade(
    engine: AsyncEngine,
    projection: Projection,
    catalogue: Catalogue,
    settings: AggregationSettings,
) -> None:
    yesterday = replace(catalogue, forms={code: form for code, form in catalogue.forms.items() if code != "B12-NGHE"})
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    answer = writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    consumer = BatchConsumer(engine, "aggregation", Aggregator(PlanIndex(yesterday), Clock()).apply)
    await consumer.consume([record_of(event, n) for n, event in enumerate([opened, answer])])

    app = create_app(settings)
    headers = reading_as(settings, "ops")
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://test") as web:
        listed = (await web.get(LIST, headers=headers, params={"reason": "B12-NGHE is not in catalogue"})).json()
        assert [item["event_id"] for item in listed["items"]] == [answer.id, opened.id]
        for _ in range(2):
            done = (await web.post(f"{LIST}/replay", json={"type": answer.type}, headers=headers)).json()
            assert [item["outcome"] for item in done["items"]] in (["applied"], [])
        for item in listed["items"]:
            again = await web.post(f"{LIST}/{item['id']}/replay", headers=headers)
            assert again.json() == {"id": item["id"], "state": "replayed", "outcome": "applied"}
    assert (await projection.value("5.3", "2026")).value == 40
    types = [event["type"] for event in await projection.published()]
    assert types.count("vn.tiendo.deadletter.replayed.v1") == 2
    assert "vn.tiendo.indicator.aggregated.v1" in types
    async with engine.connect() as tx:
        assert await tx.scalar(sa.text("select count(*) from dead_letter where state = 'replayed'")) == 2
