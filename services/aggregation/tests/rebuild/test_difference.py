"""What was tampered with is found, named and repaired."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.rebuild.driver import TAMPERED, rebuild, run
from shared.events import Event


@pytest.mark.parametrize("table", TAMPERED)
async def test_a_tampered_row_is_found_named_and_repaired(
    engine: AsyncEngine, plan: PlanIndex, history: list[Event], table: str
) -> None:
    (values,) = await run(engine, "select count(*) from indicator_value")
    stood = await run(engine, "select measure, unit, period, basis, as_of from indicator_value order by 1, 2, 3, 4")
    await run(engine, "truncate outbox", "truncate indicator_history", TAMPERED[table])
    compared = await rebuild(engine, plan, history)
    assert not compared.rebuilt.equal and not compared.rebuilt.swapped and compared.rebuilt.differing == {table: 1}
    (shown,) = compared.shown
    assert shown.table == table and shown.live != shown.rebuilt
    repaired = await rebuild(engine, plan, history, swap=True)
    assert not repaired.rebuilt.equal and repaired.rebuilt.swapped and repaired.refused is None
    assert (await rebuild(engine, plan, history)).rebuilt.equal
    # Only what changed has a new date and a line of history, and only the whole area has an event.
    restated = [r[0] for r in await run(engine, "select measure from indicator_history")]
    assert restated == (["6.1"] if table == "indicator_value" else [])
    now = await run(engine, "select measure, unit, period, basis, as_of from indicator_value order by 1, 2, 3, 4")
    assert len(now) == values[0] and len(set(now) - set(stood)) == len(restated)
    topics = [r[0] for r in await run(engine, "select topic from outbox order by id")]
    assert topics.count("operations.v1") == 3 and topics.count("indicators.v1") == len(restated)
