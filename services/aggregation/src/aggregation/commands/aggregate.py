"""Applying a batch: news → revisions → facts → cells, level by level → indicator values → `indicator.aggregated`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from opentelemetry.context import Context
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules import derived
from aggregation.rules.batch import News, fold
from aggregation.rules.fact import Fact, facts
from aggregation.rules.formula import CellSum, elements, flag_element
from aggregation.rules.masking import coarse
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Answer, CellKey, FactKey, FactRow, Value, ValueKey
from aggregation.rules.revision import BASES, Basis, Revision, counting
from aggregation.rules.valuation import value
from aggregation.store import write
from shared.clock import Clock
from shared.events import Event, IndicatorAggregated, IndicatorFigures
from shared.messaging import Received, publish_each

SOURCE = "/aggregation"
MAX_CAUSES = 500
Place = tuple[str, str, str]


@dataclass
class Dirty:
    """Cells to sum again, and (unit, period, element) → the obligations that are the cause."""

    cells: set[CellKey] = field(default_factory=set)
    causes: dict[Place, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def mark(self, plan: PlanIndex, row: FactRow, causes: Iterable[UUID]) -> None:
        """A changed fact dirties the cells of its unit and of every unit above."""
        key = row.key
        for unit in plan.path(row.unit):
            self.cells.add(CellKey(unit, row.period, key.element, key.disaggregation, key.basis))
            self.causes[(unit, row.period, key.element)].update(causes)


class Aggregator:
    """The effect of submission events. `apply` runs inside the consumer's transaction and is safe to repeat."""

    def __init__(self, plan: PlanIndex, clock: Clock) -> None:
        self._plan = plan
        self._clock = clock

    async def apply(self, tx: AsyncConnection, received: list[Received]) -> None:
        """The number of statements depends on the levels of the tree, never on the number of events."""
        news = fold(self._plan, [r.event for r in received])
        if not news.touched:
            return
        await write.lock(tx)
        dirty = await self._write_facts(tx, news)
        await self._sum_cells(tx, dirty)
        changed = await self._write_values(tx, dirty)
        await self._publish(tx, changed, dirty, news, received)

    async def leave_out(self, tx: AsyncConnection) -> int:
        """Take units out of the periods they no longer reach, after a catalogue that knows of a reorganisation.

        Runs when the worker starts: no event tells of a new catalogue. Returns how many facts were emptied.
        """
        await write.lock(tx)
        places = [place for place in await write.places(tx) if not self._plan.stands(*place)]
        if not places:
            return 0
        dirty = Dirty()
        gone = [replace(row, fact=Fact(expected=False)) for row in await write.facts_at(tx, places)]
        await write.write_facts(tx, gone)
        for row in gone:
            dirty.mark(self._plan, row, [])
        await self._sum_cells(tx, dirty)
        await self._publish(tx, await self._write_values(tx, dirty), dirty, News(), [])
        return len(gone)

    async def restate(self, tx: AsyncConnection, keys: Collection[ValueKey]) -> None:
        """Values that changed without an event, after a rebuild: today's date, a line of history, and told of.

        A key without a stored value becomes one that says nothing. The caller holds the lock.
        """
        stored = {key for key in keys if key.measure in self._plan.measures}
        places = {(key.measure, key.unit, key.period) for key in stored}
        known = await write.values(tx, places)
        now = self._clock.now()
        moved = {key: known.get(key) or self._nothing(key) for p in places for key in (ValueKey(*p, b) for b in BASES)}
        fresh = {key: replace(v, as_of=now) for key, v in moved.items() if key in stored}
        if fresh:
            await write.write_values(tx, fresh)
            await self._publish(tx, moved, Dirty(), News(), [])

    def _nothing(self, key: ValueKey) -> Value:
        return value(self._plan, self._plan.measures[key.measure], key.period, {})

    async def _write_facts(self, tx: AsyncConnection, news: News) -> Dirty:
        await write.open_obligations(tx, news.duties.values())
        await write.revise(tx, {id: known.values() for id, known in news.revisions.items()})
        answers = await write.answers(tx, news.touched)
        counted = {a.duty.obligation_id: counting(a.revisions) for a in answers}
        await write.count(tx, counted)
        changed = changed_facts(self._plan, answers, counted, await write.facts(tx, news.touched))
        await write.write_facts(tx, changed)
        dirty = Dirty()
        for row in changed:
            dirty.mark(self._plan, row, [row.key.source])
        await self._derive(tx, changed, dirty)
        return dirty

    async def _derive(self, tx: AsyncConnection, changed: Iterable[FactRow], dirty: Dirty) -> None:
        """Facts made of other facts: enough items in every quarter."""
        causes: dict[tuple[str, derived.Target], set[UUID]] = defaultdict(set)
        for row in changed:
            if row.key.element in self._plan.quarterly and not row.key.disaggregation:
                for target in derived.targets(self._plan.catalogue, row.unit, row.period):
                    causes[(row.key.element, target)].add(row.key.source)
        if not causes:
            return
        parts = {(e, t): derived.parts(self._plan.catalogue, t) for e, t in causes}
        counts = await write.quarter_counts(tx, {(p.unit, p.period, e) for (e, _), ps in parts.items() for p in ps})
        flags: dict[FactKey, tuple[FactRow, set[UUID]]] = {}
        for (element, target), quarters in parts.items():
            measure = self._plan.quarterly[element]
            name = flag_element(measure)
            for basis in BASES:
                flag = derived.flag([counts.get((p.unit, p.period, element, basis)) for p in quarters],
                                    measure.quarter_minimum or Decimal(0))  # fmt: skip
                if not self._plan.stands(target.unit, target.period):
                    flag = Fact(expected=False)
                key = FactKey(derived.source_id(name, target), name, "", basis)
                flags[key] = FactRow(key, target.unit, target.period, flag), causes[(element, target)]
        known = await write.facts(tx, {key.source for key in flags})
        fresh = {key: row for key, row in flags.items() if key not in known or known[key].fact != row[0].fact}
        await write.write_facts(tx, [row for row, _ in fresh.values()])
        for row, why in fresh.values():
            dirty.mark(self._plan, row, why)

    async def _sum_cells(self, tx: AsyncConnection, dirty: Dirty) -> None:
        """From the deepest level up, so that each level finds the ones below it already right."""
        levels: dict[int, list[CellKey]] = defaultdict(list)
        for key in dirty.cells:
            levels[len(self._plan.path(key.unit))].append(key)
        for depth in sorted(levels, reverse=True):
            await write.sum_cells(tx, levels[depth], self._plan.parents)

    async def _write_values(self, tx: AsyncConnection, dirty: Dirty) -> dict[ValueKey, Value]:
        """Recompute the values of every measure that a dirty cell feeds; returns both bases of those that changed."""
        measures_of = self._plan.measures_of
        places = {(m.code, u, p) for u, p, e in dirty.causes for m in measures_of.get(e, ())}
        if not places:
            return {}
        measures = self._plan.measures
        cells = await write.cells(tx, {(u, p, e) for m, u, p in places for e in elements(measures[m])})
        by_place: dict[tuple[str, str, Basis], dict[tuple[str, str], CellSum]] = defaultdict(dict)
        for key, cell in cells.items():
            by_place[(key.unit, key.period, key.basis)][(key.element, key.disaggregation)] = cell
        known = await write.values(tx, places)
        now = self._clock.now()
        current = {
            ValueKey(m, u, p, basis): replace(value(self._plan, measures[m], p, by_place[(u, p, basis)]), as_of=now)
            for m, u, p in places
            for basis in BASES
        }
        changed = {key: v for key, v in current.items() if known.get(key) != v}
        if changed:
            await write.write_values(tx, changed)
        moved = {(key.measure, key.unit, key.period) for key in changed}
        return {key: v for key, v in current.items() if (key.measure, key.unit, key.period) in moved}

    async def _publish(
        self, tx: AsyncConnection, changed: Mapping[ValueKey, Value], dirty: Dirty, news: News, received: list[Received]
    ) -> None:
        """One event per measure and period of the whole area; under the trace of its latest cause."""
        now = self._clock.now()
        out: list[tuple[Event, Context | None]] = []
        for measure, unit, period in sorted({(k.measure, k.unit, k.period) for k in changed}):
            if unit != self._plan.root:  # one district's figures of two instants would tell a single commune's
                continue
            named = elements(self._plan.measures[measure])
            obligations = set[UUID]().union(*(dirty.causes.get((unit, period, e), ()) for e in named))
            positions = sorted({i for id in obligations for i in news.touched.get(id, ())})[-MAX_CAUSES:]
            keys = {basis: ValueKey(measure, unit, period, basis) for basis in BASES}
            figures = {basis: _figures(coarse(self._plan, key, changed[key])) for basis, key in keys.items()}
            causes = [UUID(received[i].event.id) for i in positions]
            data = self._told(measure, unit, period, now, figures, causes)
            out.append((data, received[positions[-1]].context if positions else None))
        await publish_each(tx, out)

    def _told(
        self,
        measure: str,
        unit: str,
        period: str,
        now: datetime,
        figures: dict[Basis, IndicatorFigures],
        causes: list[UUID],
    ) -> Event:
        data = IndicatorAggregated(
            measure=measure,
            indicator=self._plan.measures[measure].indicator,
            unit=unit,
            period=period,
            as_of=now,
            values=figures,
            causes=causes,
        )
        subject = f"{measure}|{unit}|{period}"
        return Event.of(data, source=SOURCE, subject=subject, time=now, catalogue_version=self._plan.version)


def changed_facts(
    plan: PlanIndex,
    answers: Iterable[Answer],
    counted: Mapping[UUID, Mapping[Basis, Revision | None]],
    known: Mapping[FactKey, FactRow],
) -> list[FactRow]:
    """The facts that differ from the stored ones. A field that is no longer answered nor expected becomes empty.

    A unit that did not live to see the cut-off day has none: its duty was opened before the reorganisation was known.
    """
    rows: dict[FactKey, FactRow] = {}
    for answer in answers:
        duty = answer.duty
        for basis in BASES:
            revision = counted[duty.obligation_id][basis]
            stands = plan.stands(duty.unit, duty.period)
            for (element, part), fact in facts(plan, duty.form, duty.unit, revision).items() if stands else ():
                key = FactKey(duty.obligation_id, element, part, basis)
                rows[key] = FactRow(key, duty.unit, duty.period, fact)
    gone = {key: replace(row, fact=Fact(expected=False)) for key, row in known.items() if key not in rows}
    return [row for key, row in (rows | gone).items() if key not in known or known[key].fact != row.fact]


def _figures(v: Value) -> IndicatorFigures:
    return IndicatorFigures(
        value=v.value,
        numerator=v.numerator,
        denominator=v.denominator,
        reported=v.reported,
        expected=v.expected,
        assessment=v.assessment,
    )
