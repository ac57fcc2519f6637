"""When the tables are not exchanged: nothing that live knows may be lost, and no reader is disturbed."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rebuild.origin import OriginEvent, Page
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.rebuild.driver import Log, apply, rebuild, rebuild_from, run
from shared.catalogue import Catalogue
from shared.events import Event


async def test_no_swap_where_an_event_can_no_longer_be_applied(
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, history: list[Event]
) -> None:
    opened = EventWriter(catalogue).open("B12-NGHE", "SO_GDDT", "2026")[1]
    gone = opened.model_copy(update={"id": "g", "data": opened.data.model_copy(update={"form": "B99"})})
    await run(engine, "insert into inbox (event_id) values ('g')")  # an older catalogue could
    result = await rebuild(engine, plan, [*history, gone], swap=True)
    assert not result.rebuilt.equal and not result.rebuilt.swapped and "would be lost" in (result.refused or "")


async def test_no_swap_where_live_knows_more(
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, history: list[Event]
) -> None:
    """Events gone from an origin that seems whole, and from the inbox too, or that cannot be read any more."""
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    answer = writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    decision = writer.decide(o, "accepted")
    again = writer.submit(o, {"n_vet_new_total": 12, "n_vet_new_female": 4})
    late = [opened, answer, decision, again]
    await apply(engine, plan, [*history, *late], 500)
    every = await run(engine, "select count(*) from revision")
    await run(engine, "truncate inbox")
    for kept in (
        [],
        [opened, answer, decision],  # a whole revision lost
        [opened, answer, again],  # a decision
        [opened, decision, again],  # the content that was decided on
    ):
        result = await rebuild(engine, plan, [*history, *kept], swap=True)
        assert not result.rebuilt.equal and not result.rebuilt.swapped
        assert str(o.id) in (result.refused or "") and "lost" in (result.refused or "")
    result = await rebuild(engine, plan, [], swap=True)
    assert (result.refused or "").count(",") >= 4 and len(result.refused or "") < 500
    assert await run(engine, "select count(*) from revision") == every

    whole = [*history, *late]
    garbled = Garbled(whole, answer.id)
    result = await rebuild_from(engine, plan, garbled, swap=True)
    assert not result.rebuilt.swapped and str(o.id) in (result.refused or "")
    await run(engine, f"insert into inbox (event_id) values ('{answer.id}')")
    result = await rebuild_from(engine, plan, Garbled(whole, answer.id), swap=True)
    assert result.compared.letters.only_rebuilt == {answer.id} and not result.rebuilt.swapped
    await run(engine, "truncate inbox")

    assert (await rebuild(engine, plan, whole, swap=True)).rebuilt.swapped
    await run(engine, "truncate inbox")
    assert (await rebuild(engine, plan, history, swap=True, partial=True)).rebuilt.swapped
    assert await run(engine, "select count(*) from revision") != every


class Garbled(Log):
    """One of its events is of a form that this program does not read."""

    def __init__(self, events: list[Event], id: str) -> None:
        super().__init__(events)
        self._id = id

    async def read(self) -> Page:
        page = await super().read()
        return Page([self._garbled(event) if event.id == self._id else event for event in page.events], page.more)

    def _garbled(self, event: OriginEvent) -> OriginEvent:
        value = (event.record.value or b"").replace(b'"specversion":"1.0"', b'"specversion":"9.0"')
        return OriginEvent(event.id, event.time, replace(event.record, value=value))


async def test_readers_that_hold_the_tables_are_not_disturbed(
    engine: AsyncEngine, plan: PlanIndex, history: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregation.rebuild.exchange.TRIES", 2)
    async with engine.connect() as reader:
        await reader.execute(sa.text("select 1 from indicator_value limit 1"))
        result = await rebuild(engine, plan, history, swap=True)
        assert result.rebuilt.equal and not result.rebuilt.swapped and "readers" in (result.refused or "")
        await reader.execute(sa.text("select 1 from fact limit 1"))
    assert (await rebuild(engine, plan, history, swap=True)).rebuilt.swapped
