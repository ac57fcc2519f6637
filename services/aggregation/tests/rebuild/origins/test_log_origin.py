"""The audit log as origin."""

import re

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rebuild.log_origin import LogOrigin
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.drivers.event_writer import EventWriter, record_of
from services.aggregation.tests.rebuild.driver import rebuild_from
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.events import Event
from shared.messaging import BatchConsumer


@pytest.mark.parametrize("time", ["1763960400", '"2026-11-24T05:00:00"', pytest.param("9" * 5000, id="5,000 digits")])
async def test_odd_times_in_the_log(
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, history: list[Event], time: str
) -> None:
    """Logged by a program that took them: applied again or, where this one does not take them, named as lost."""
    _, opened = EventWriter(catalogue).open("B12-NGHE", "SO_GDDT", "2026")
    await BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply).consume([record_of(opened)])
    odd = re.sub(rb'"time":"[^"]*"', b'"time":' + time.encode(), opened.to_bytes())
    body = b"[" + b",".join([odd, *(event.to_bytes() for event in history)]) + b"]"

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200,
            content=b"[]" if "after" in request.url.params else body,
            headers={"Tiendo-Size": str(len(history) + 1)},
        )

    async with httpx.AsyncClient(base_url="http://log", transport=httpx.MockTransport(answer)) as client:
        result = await rebuild_from(engine, plan, LogOrigin(client, "submissions.v1"), swap=True)
    if result.rebuilt.equal:
        assert result.rebuilt.swapped, result.refused
    else:
        assert result.compared.letters.only_rebuilt == {opened.id} and "would be lost" in (result.refused or "")
