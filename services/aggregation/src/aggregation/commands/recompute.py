"""What follows from changed facts: cells, values, their history and events, in the transaction of the command."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation import events
from aggregation.rules.dirty import DirtyCells
from aggregation.rules.formula import elements
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.rules.reported.batch import BatchChanges
from aggregation.rules.valuation import current_values
from aggregation.store import batch_steps, indicator_values
from shared.clock import Clock
from shared.messaging import Received, publish_each


class Recomputation:
    """The caller holds the lock (`batch_steps.lock`)."""

    def __init__(self, plan: PlanIndex, clock: Clock) -> None:
        self._plan = plan
        self._clock = clock

    async def run(
        self, tx: AsyncConnection, dirty: DirtyCells, batch: BatchChanges, received: Sequence[Received]
    ) -> None:
        """`batch` and `received` are the events that led to it; both are empty when no event did."""
        # From the deepest level up, so that each level finds the ones below it already right.
        for keys in dirty.by_level(self._plan):
            await batch_steps.sum_cells(tx, keys, self._plan.parents)
        values = await self._write_values(tx, dirty)
        await self.publish(tx, values, dirty, batch, received)

    async def publish(
        self,
        tx: AsyncConnection,
        values: Mapping[ValueKey, Value],
        dirty: DirtyCells,
        batch: BatchChanges,
        received: Sequence[Received],
    ) -> None:
        """Each event goes out under the trace of its latest cause."""
        caused = events.indicators_aggregated(self._plan, values, dirty, batch, self._clock.now())
        await publish_each(
            tx, [(one.event, None if one.cause is None else received[one.cause].context) for one in caused]
        )

    async def _write_values(self, tx: AsyncConnection, dirty: DirtyCells) -> dict[ValueKey, Value]:
        """Recompute the values of every measure that a dirty cell feeds; returns both bases of those that changed."""
        plan = self._plan
        places = {(m.code, unit, period) for unit, period, e in dirty.causes for m in plan.measures_of.get(e, ())}
        if not places:
            return {}
        cells = await indicator_values.cells_at(
            tx, {(u, p, e) for m, u, p in places for e in elements(plan.measures[m])}
        )
        stored = await indicator_values.values_at(tx, places)
        current = current_values(plan, places, cells, self._clock.now())
        changed = {key: value for key, value in current.items() if stored.get(key) != value}
        if changed:
            await indicator_values.write_values(tx, changed)
        moved = {(key.measure, key.unit, key.period) for key in changed}
        return {key: value for key, value in current.items() if (key.measure, key.unit, key.period) in moved}
