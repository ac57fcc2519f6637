"""The communes' year 2026: each step is one event, delivered alone, and published as the worker's loop would."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from aggregation.commands.aggregate import Aggregator
from aggregation.commands.publish import publish_once
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.disclosure.reader import Counted, Timeline
from services.aggregation.tests.disclosure.solver import Unknown
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import NOW, Decision, EventWriter, Obligation
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.events import Event

PERIOD, FORM = "2026", "B01-XA"
WOMEN = 100


@dataclass
class Year:
    projection: Projection
    writer: EventWriter
    timeline: Timeline
    counted: Counted
    clock: Clock
    delivered: list[Event] = field(default_factory=list)

    @classmethod
    async def open(cls, projection: Projection, catalogue: Catalogue, *, due: bool = True) -> "Year":
        """`due`: it is due already, so that anything may be published at once."""
        clock = Clock(timedelta(0) if due else NOW - datetime.now(UTC) - timedelta(days=30))
        projection = replace(projection, aggregator=Aggregator(PlanIndex(catalogue), clock))
        writer, timeline = EventWriter(catalogue), Timeline(projection.engine, PERIOD)
        opened = clock.now()
        events = writer.open_period(PERIOD, [FORM])
        await projection.deliver(events)
        return cls(projection, writer, timeline, await timeline.note(opened), clock, list(events))

    @property
    def communes(self) -> list[Obligation]:
        return self.writer.obligations

    async def report(self, *answers: tuple[Obligation, int], women: int = WOMEN, **others: int) -> list[Unknown]:
        """Several answers in one batch: (whose, how many births)."""
        await self._happen(
            self.writer.submit(o, commune_answer(n_adolescent_births=births, n_adolescent_women=women, **others))
            for o, births in answers
        )
        return [Unknown(o.id, len(o.answers)) for o, _ in answers]

    async def correct(self, *obligations: Obligation) -> None:
        """Their population, and not the births."""
        for_all = [(o, int(o.answers[-1].cells["n_adolescent_births", ""][0] or 0)) for o in obligations]
        await self.report(*for_all, population=9000 + len(self.writer.obligations[0].answers))

    async def decide(self, decision: Decision, *obligations: Obligation) -> None:
        await self._happen(self.writer.decide(o, decision) for o in obligations)

    async def publish(self) -> int:
        return await publish_once(self.projection.engine, self.projection.aggregator.plan, self.clock)

    async def _happen(self, events: Iterable[Event]) -> None:
        before, happened = self.clock.now(), list(events)
        self.delivered += happened
        await self.projection.deliver(happened)
        self.counted = await self.timeline.note(before)
        await self.publish()
