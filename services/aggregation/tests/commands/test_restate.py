"""Values that changed without an event."""

from aggregation.commands.restate import restate
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import ValueKey
from aggregation.store import batch_steps
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from shared.clock import Clock


async def test_a_changed_value_gets_a_date_and_an_event(projection: Projection, plan: PlanIndex) -> None:
    writer = EventWriter(plan.catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    await projection.deliver([opened, writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})])
    before = await projection.value("5.3", "2026")
    (known, absent) = (ValueKey("5.3", "DAK_NONG", period, "received") for period in ("2026", "2027"))
    async with projection.engine.begin() as tx:
        await batch_steps.lock(tx)
        await restate(tx, plan, Clock(), [known, absent, known._replace(measure="9.9")])
    after = await projection.value("5.3", "2026")
    assert after == before and after.as_of > before.as_of
    assert (await projection.value("5.3", "2027")).value is None
    assert [event["subject"] for event in await projection.published()] == [
        "5.3|DAK_NONG|2026", "5.3|DAK_NONG|2026", "5.3|DAK_NONG|2027"
    ]  # fmt: skip
