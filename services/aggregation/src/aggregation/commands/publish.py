"""Publish the secret sums of the whole area in batches: one transaction a measure and period (docs/decisions/0028)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, combinations

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation import events
from aggregation.rules.disclosure import Member, ReportId, is_publishable, is_sensitive, members, secrecy
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import AnswerRecord, Value, ValueKey
from aggregation.rules.revision import counting
from aggregation.store import batch_steps, indicator_values, publications
from aggregation.store.publications import PublishedSum, Reports
from shared import metrics
from shared.clock import Clock
from shared.loops import pause
from shared.messaging import publish
from shared.messaging.restore.setback import IS_CURRENT

EVERY_SECONDS = 30.0
NEXT = timedelta(microseconds=1)

log = structlog.get_logger()
_IS_CURRENT = sa.select(IS_CURRENT)


class UnknownReports(Exception):
    """Of which reports an earlier sum was is not known: beside it none can be told."""


@dataclass(frozen=True)
class Sum:
    """A value and the reports whose secret counts are in it."""

    value: Value
    reports: Reports


def publishing(
    engine: AsyncEngine, plan: PlanIndex, clock: Clock, knows_what_was_sent: Callable[[], bool]
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """The loop for `ServiceWorker`. A database that was restored has forgotten sums that readers have seen, and the
    events of these left: nothing is published before it is known that none did."""

    async def publish_sums(stopping: asyncio.Event) -> None:
        shut: set[tuple[str, str]] = set()
        while not stopping.is_set():
            if knows_what_was_sent():
                await publish_once(engine, plan, clock, shut)
            await pause(stopping, EVERY_SECONDS)

    return publish_sums


async def publish_once(
    engine: AsyncEngine, plan: PlanIndex, clock: Clock, shut: set[tuple[str, str]] | None = None
) -> int:
    """Publish whatever may be; returns how many sums were. `shut`: the measures and periods of which none can be, as
    the last call found them: a log line says it once, the metric as long as it lasts."""
    outdated: set[tuple[str, str]] = set()
    async with engine.connect() as tx:
        if not await tx.scalar(_IS_CURRENT):
            return 0
        for m in plan.measures.values():
            if secrecy(plan, m, plan.root) == "published":
                keys = await publications.outdated(tx, measures=[m.code], forms=_forms(plan, m.code), unit=plan.root)
                outdated |= {(key.measure, key.period) for key in keys}
    count, found = 0, set[tuple[str, str]]()
    shut = set() if shut is None else shut
    for measure, period in sorted(outdated):
        async with engine.begin() as tx:
            await batch_steps.lock(tx)
            if await tx.scalar(_IS_CURRENT):
                try:
                    count += await _publish(tx, plan, clock, measure, period)
                except UnknownReports:
                    found.add((measure, period))
    for measure, period in sorted(found - shut):
        log.warning("publication.unknown", measure=measure, period=period)
    metrics.SUMS_SHUT.labels("aggregation").set(len(found))
    shut &= found
    shut |= found
    return count


async def _publish(tx: AsyncConnection, plan: PlanIndex, clock: Clock, measure: str, period: str) -> int:
    """The sums of both bases together where that tells of nobody, else the one that does not.

    The first one waits until all have reported or the period is due: many small batches would leave each report among
    so few that a later correction of one could never be told.
    """
    forms = _forms(plan, measure)
    due_at = await publications.due_at(tx, forms=forms, period=period)
    is_due = due_at is not None and clock.now() >= due_at
    values = await indicator_values.values_at(tx, {(measure, plan.root, period)})
    ready = {key: one for key, one in values.items() if one.reported and (is_due or one.reported >= one.expected)}
    if not ready:  # every revision of the period is much to read while a batch waits
        return 0
    answers = await publications.answers(tx, forms=forms, period=period)
    known = members(plan, plan.measures[measure], answers)
    told = await publications.sums(tx, measure=measure, unit=plan.root, period=period)
    before = [_members(known, one.reports) for one in told]
    if None in before:
        raise UnknownReports
    current = _sums(ready, _counted(plan, answers, known), told)
    now_in = {key: _members(known, one.reports) or frozenset() for key, one in current.items()}
    known_to = readers(plan, clock, [*now_in.values(), *(one for one in before if one)])
    for keys in chain.from_iterable(combinations(sorted(current, reverse=True), size) for size in (2, 1)):
        if not is_publishable([one for one in before if one], [now_in[key] for key in keys], known_to):
            continue
        as_of = _after(told, clock.now())
        fresh = {key: (replace(current[key].value, as_of=as_of), current[key].reports) for key in keys}
        await publications.add(tx, fresh)
        await publish(tx, events.indicator_published(plan, measure, period, fresh, as_of))
        return len(fresh)
    return 0


def _after(told: Collection[PublishedSum], now: datetime) -> datetime:
    """Later than all of them, also when the clock was set back: the latest is what readers get."""
    return max([now, *(one.as_of + NEXT for one in told)])


def _members(known: Mapping[ReportId, Member | None], reports: Reports | None) -> frozenset[Member] | None:
    """None when one of them is not known."""
    if reports is None or not reports <= known.keys():
        return None
    return frozenset(member for id in reports if (member := known[id]) is not None)


def _counted(
    plan: PlanIndex, answers: Collection[AnswerRecord], known: Mapping[ReportId, Member | None]
) -> Mapping[str, Reports]:
    """Basis → the reports with a secret that stand in its sum."""
    counted: dict[str, set[ReportId]] = {}
    for answer in answers:
        o = answer.obligation
        for basis, one in counting(answer.revisions).items():
            if one and plan.stands(o.unit, o.period) and known.get((o.obligation_id, one.number)):
                counted.setdefault(basis, set()).add((o.obligation_id, one.number))
    return {basis: frozenset(reports) for basis, reports in counted.items()}


def _sums(
    values: Mapping[ValueKey, Value], counted: Mapping[str, Reports], told: Collection[PublishedSum]
) -> dict[ValueKey, Sum]:
    """Those that were not told last."""
    last = {one.basis: one for one in told}
    found = {key: Sum(value, counted.get(key.basis, frozenset())) for key, value in values.items()}
    return {key: one for key, one in found.items() if not _is_told(one, last.get(key.basis))}


def _is_told(one: Sum, last: PublishedSum | None) -> bool:
    """By what it says and not by when: the clock may have been set back meanwhile."""
    return last is not None and (last.reports, last.value) == (one.reports, one.value)


def _forms(plan: PlanIndex, measure: str) -> list[str]:
    """Those that ask for a secret count of the measure."""
    secret = {element for element in plan.measures[measure].elements if is_sensitive(plan, element)}
    return [form.code for form in plan.catalogue.forms.values() if secret & set(form.elements)]


def readers(plan: PlanIndex, clock: Clock, sums: Collection[Collection[Member]]) -> Mapping[str, Collection[str]]:
    """Unit → the units whose reports its people read: its own, and those of units that ended in it."""
    today = clock.today()
    units = {member.unit for one in sums for member in one}
    known = {unit: {unit} for unit in units}
    for reader in plan.catalogue.units_on(today):
        if inherited := units & set(plan.catalogue.inherited(reader.key, today)):
            known[reader.key] = known.get(reader.key, {reader.key}) | inherited
    return known
