"""Taking units out of the periods they no longer reach, after a catalogue that knows of a reorganisation."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.recompute import Recomputation
from aggregation.rules.dirty import DirtyCells
from aggregation.rules.fact import Fact
from aggregation.rules.plan import PlanIndex
from aggregation.rules.reported.batch import BatchChanges
from aggregation.store import batch_steps
from shared.clock import Clock


async def leave_out(engine: AsyncEngine, plan: PlanIndex, clock: Clock) -> int:
    """Runs when the worker starts: no event tells of a new catalogue. Returns how many facts were emptied."""
    async with engine.begin() as tx:
        await batch_steps.lock(tx)
        places = [place for place in await batch_steps.places(tx) if not plan.stands(*place)]
        if not places:
            return 0
        emptied = [replace(row, fact=Fact(expected=False)) for row in await batch_steps.facts_at(tx, places)]
        await batch_steps.write_facts(tx, emptied)
        dirty = DirtyCells()
        for row in emptied:
            dirty.mark(plan, row, [])
        await Recomputation(plan, clock).run(tx, dirty, BatchChanges(), [])
        return len(emptied)
