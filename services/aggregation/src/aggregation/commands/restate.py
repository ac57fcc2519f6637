"""Values that a rebuild has changed without an event: they get today's date, a line of history and an event."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.commands.recompute import Recomputation
from aggregation.rules.dirty import DirtyCells
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import ValueKey
from aggregation.rules.reported.batch import BatchChanges
from aggregation.rules.revision import BASES
from aggregation.rules.valuation import value
from aggregation.store import indicator_values
from shared.clock import Clock


async def restate(tx: AsyncConnection, plan: PlanIndex, clock: Clock, keys: Collection[ValueKey]) -> None:
    """A key without a stored value gets one without numbers. The caller holds the lock (`batch_steps.lock`)."""
    restated = {key for key in keys if key.measure in plan.measures}
    places = {(key.measure, key.unit, key.period) for key in restated}
    stored = await indicator_values.values_at(tx, places)
    now = clock.now()
    values = {
        key: stored.get(key) or value(plan, plan.measures[key.measure], key.unit, key.period, {})
        for place in places
        for key in (ValueKey(*place, basis) for basis in BASES)
    }
    fresh = {key: replace(v, as_of=now) for key, v in values.items() if key in restated}
    if fresh:
        await indicator_values.write_values(tx, fresh)
        await Recomputation(plan, clock).publish(tx, values, DirtyCells(), BatchChanges(), [])
