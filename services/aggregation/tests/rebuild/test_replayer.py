"""The shadow is brought to exactly the events that live rests on."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.drivers.event_writer import EventWriter, record_of
from services.aggregation.tests.rebuild.driver import apply, rebuild, run
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.events import Event
from shared.messaging import Received


async def test_what_live_lacks_is_waited_for_and_comes_with_a_swap(
    engine: AsyncEngine, plan: PlanIndex, history: list[Event]
) -> None:
    """A database restored from a backup, its consumer far ahead: only the log still has the events."""
    lost = history[-150:]
    await run(engine, "truncate " + ", ".join(t for t in ("obligation", "revision", "fact", "cell", "indicator_value")))
    await run(engine, "truncate inbox")
    await apply(engine, plan, history[:-150], 500)
    with pytest.raises(CouldNotCompare, match="none of 150 events"):
        await rebuild(engine, plan, history)
    repaired = await rebuild(engine, plan, history, swap=True)
    assert repaired.compared.behind == 150 and repaired.rebuilt.swapped and not repaired.rebuilt.equal
    assert (await rebuild(engine, plan, history)).rebuilt.equal
    await apply(engine, plan, lost, 100)  # the broker delivers them after all
    assert (await rebuild(engine, plan, history)).rebuilt.equal


async def test_what_live_has_set_aside_is_left_out(
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, history: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open and discarded letters do not count in the rebuild either; a replayed one does, also one read from the log
    while it was still open."""
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    poison = opened.model_copy(update={"id": "p", "data": opened.data.model_copy(update={"form": "B99"})})
    answer = writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    await apply(engine, plan, [opened, poison], 10)
    # As an older catalogue would have left it: readable today, set aside then.
    letter = (
        'insert into dead_letter (topic, partition, "offset", timestamp_ms, headers, event_id, reason, value) '
        f"values ('submissions.v1', 0, 99, 0, '[]', '{answer.id}', 'then', 'x')"
    )
    await run(engine, letter, f"insert into inbox (event_id) values ('{answer.id}')")
    events_of_origin = [*history, opened, poison, answer]
    result = await rebuild(engine, plan, events_of_origin)
    assert result.rebuilt.equal, result.compared.letters
    assert result.rebuilt.events == len(events_of_origin) - 2
    await run(engine, "update dead_letter set state = 'discarded' where reason = 'then'")
    assert (await rebuild(engine, plan, events_of_origin)).rebuilt.equal
    async with engine.begin() as tx:
        await Aggregator(plan, Clock()).apply(tx, [Received(answer, record_of(answer))])
        await tx.execute(
            sa.text("update dead_letter set state = 'replayed', outcome = 'applied' where reason = 'then'")
        )
    assert (await rebuild(engine, plan, events_of_origin)).rebuilt.equal
    monkeypatch.setattr("aggregation.rebuild.run.CATCH_UP_SECONDS", 0.5)
    with pytest.raises(CouldNotCompare, match="1 events that the log does not tell of"):
        await rebuild(engine, plan, events_of_origin[:-1])
