"""What follows from changed facts."""

from uuid import UUID

from aggregation.commands.recompute import Recomputation
from aggregation.rules.dirty import DirtyCells
from aggregation.rules.plan import PlanIndex
from aggregation.rules.reported.batch import BatchChanges
from aggregation.store import batch_steps
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from shared.clock import Clock


async def test_cells_that_sum_to_the_same_change_nothing(projection: Projection, plan: PlanIndex) -> None:
    writer = EventWriter(plan.catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    await projection.deliver([opened, writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})])
    before = await projection.value("5.3", "2026")
    async with projection.engine.begin() as tx:
        await batch_steps.lock(tx)
        dirty = DirtyCells()
        for row in (await batch_steps.facts(tx, [o.id])).values():
            dirty.mark(plan, row, set[UUID]())
        await Recomputation(plan, Clock()).run(tx, dirty, BatchChanges(), [])
    assert (await projection.value("5.3", "2026")).as_of == before.as_of
    assert len(await projection.published()) == 1
