"""The result of a rebuild: one row and one event, in one transaction."""

from aggregation.commands.record_rebuild import record_rebuild
from aggregation.store import rebuilds
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.store.test_rebuilds import FIRST


async def test_a_row_and_an_event(projection: Projection) -> None:
    async with projection.engine.begin() as tx:
        await record_rebuild(tx, FIRST, "c" * 64)
        assert await rebuilds.latest(tx, 2) == [FIRST]
    (event,) = await projection.published()
    assert (event["type"], event["subject"]) == ("vn.tiendo.projection.rebuilt.v1", str(FIRST.id))
    assert (event["data"]["rebuild_id"], event["data"]["equal"]) == (str(FIRST.id), False)
    assert event["data"]["acting_role"] == "ops" and "acting_unit" not in event["data"]
    assert "started_by" not in event["data"], "no person's name in an event"
