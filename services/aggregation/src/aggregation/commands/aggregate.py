"""Applying a batch: events → revisions → facts → cells, level by level → indicator values → `indicator.aggregated`."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.commands.recompute import Recomputation
from aggregation.rules import every_quarter
from aggregation.rules.dirty import DirtyCells, changed_facts
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import FactRow
from aggregation.rules.reported.batch import BatchChanges, contradicting, fold
from aggregation.rules.reported.gist import Gist, gist_of
from aggregation.rules.revision import counting
from aggregation.store import batch_steps
from shared.clock import Clock
from shared.database.write import write
from shared.events import Event
from shared.messaging import Contradicted, Received

OTHER_CONTENT = "the revision that it reports is known with other content"


class Aggregator:
    """The effect of submission events. `apply` runs inside the consumer's transaction and is safe to repeat."""

    def __init__(self, plan: PlanIndex, clock: Clock) -> None:
        self.plan = plan
        self._recomputation = Recomputation(plan, clock)

    def gist(self, event: Event) -> Gist:
        """What `apply` needs of an event: the consumer keeps it in place of the event. Raises as `gist_of` does."""
        return gist_of(self.plan, event)

    async def apply(self, tx: AsyncConnection, received: list[Received]) -> None:
        """The number of statements depends on the levels of the tree, never on the number of events.

        Raises `Contradicted` for reports of a revision that is known with another content: the first one stands.
        """
        gists = [r.gist or self.gist(r.event) for r in received]
        batch = fold(gists)
        if not batch.touched:
            return
        await batch_steps.lock(tx)
        revisions = {id: of_obligation.values() for id, of_obligation in batch.revisions.items()}
        kept = await batch_steps.keep_reported(tx, batch.obligations.values(), revisions)
        if others := contradicting(gists, kept):
            raise Contradicted([received[position] for position in others], OTHER_CONTENT)
        dirty = await self._write_facts(tx, batch)
        await self._recomputation.run(tx, dirty, batch, received)

    async def _write_facts(self, tx: AsyncConnection, batch: BatchChanges) -> DirtyCells:
        answers = await batch_steps.answers(tx, batch.touched)
        counted = {answer.obligation.obligation_id: counting(answer.revisions) for answer in answers}
        changed = changed_facts(self.plan, answers, counted, await batch_steps.facts(tx, batch.touched))
        await write(tx, batch_steps.noting_counted(counted), batch_steps.writing_facts(changed))
        dirty = DirtyCells()
        for row in changed:
            dirty.mark(self.plan, row, [row.key.source])
        await self._write_flags(tx, changed, dirty)
        return dirty

    async def _write_flags(self, tx: AsyncConnection, changed: Iterable[FactRow], dirty: DirtyCells) -> None:
        """Facts made of other facts: enough items in every quarter."""
        judgements = every_quarter.judgements(self.plan, changed)
        if not judgements:
            return
        places = {(part.unit, part.period, j.element) for j in judgements for part in j.parts}
        counts = await batch_steps.quarter_counts(tx, places)
        flags = [(row, j.causes) for j in judgements for row in every_quarter.flag_rows(self.plan, j, counts)]
        stored = await batch_steps.facts(tx, {row.key.source for row, _ in flags})
        fresh = [(row, causes) for row, causes in flags if row.key not in stored or stored[row.key].fact != row.fact]
        await batch_steps.write_facts(tx, [row for row, _ in fresh])
        for row, causes in fresh:
            dirty.mark(self.plan, row, causes)
