"""Publish the secret sums of the whole area in batches: one transaction a measure and period (docs/decisions/0028)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import chain, combinations

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation import events
from aggregation.rules.disclosure import Member, is_publishable, is_sensitive, secrecy
from aggregation.rules.formula import element_of, elements
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.store import batch_steps, indicator_values, publications
from shared.clock import Clock
from shared.loops import pause
from shared.messaging import publish

EVERY_SECONDS = 30.0


@dataclass(frozen=True)
class Sum:
    """A value and the reports whose secret counts are in it."""

    value: Value
    members: frozenset[Member]


def publishing(engine: AsyncEngine, plan: PlanIndex, clock: Clock) -> Callable[[asyncio.Event], Awaitable[None]]:
    """The loop for `ServiceWorker`."""

    async def publish_sums(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await publish_once(engine, plan, clock)
            await pause(stopping, EVERY_SECONDS)

    return publish_sums


async def publish_once(engine: AsyncEngine, plan: PlanIndex, clock: Clock) -> int:
    """Publish whatever may be; returns how many sums were."""
    measures = [m.code for m in plan.measures.values() if secrecy(plan, m, plan.root) == "published"]
    async with engine.connect() as tx:
        outdated = await publications.outdated(tx, measures=measures, unit=plan.root)
    count = 0
    for measure, period in sorted({(key.measure, key.period) for key in outdated}):
        async with engine.begin() as tx:
            await batch_steps.lock(tx)
            count += await _publish(tx, plan, clock, measure, period)
    return count


async def _publish(tx: AsyncConnection, plan: PlanIndex, clock: Clock, measure: str, period: str) -> int:
    """The sums of both bases together where that tells of nobody, else the one that does not.

    The first one waits until all have reported or the period is due: many small batches would leave each report among
    so few that a later correction of one could never be told.
    """
    outdated = await publications.outdated(tx, measures=[measure], unit=plan.root)
    current = await _sums(tx, plan, [key for key in outdated if key.period == period])
    due_at = await publications.due_at(tx, forms=_forms(plan, measure), period=period)
    if due_at is None or clock.now() < due_at:
        current = {key: one for key, one in current.items() if one.value.reported >= one.value.expected}
    told = await publications.sums(tx, measure=measure, unit=plan.root, period=period)
    known_to = readers(plan, clock, current.values())
    for keys in chain.from_iterable(combinations(sorted(current, reverse=True), size) for size in (2, 1)):
        chosen = {key: current[key] for key in keys}
        if not is_publishable(told, [one.members for one in chosen.values()], known_to):
            continue
        now = clock.now()
        fresh = {key: (replace(one.value, as_of=now), one.members) for key, one in chosen.items()}
        await publications.add(tx, fresh)
        values = {key: value for key, (value, _) in fresh.items()}
        await publish(tx, events.indicator_published(plan, measure, period, values, now))
        return len(fresh)
    return 0


async def _sums(tx: AsyncConnection, plan: PlanIndex, keys: Collection[ValueKey]) -> dict[ValueKey, Sum]:
    values = await indicator_values.values_at(tx, {(key.measure, key.unit, key.period) for key in keys})
    return {key: Sum(values[key], await _members(tx, plan, key)) for key in keys}


def _forms(plan: PlanIndex, measure: str) -> list[str]:
    """Those that ask for a secret count of the measure."""
    secret = {element for element in plan.measures[measure].elements if is_sensitive(plan, element)}
    return [form.code for form in plan.catalogue.forms.values() if secret & set(form.elements)]


async def _members(tx: AsyncConnection, plan: PlanIndex, key: ValueKey) -> frozenset[Member]:
    names = elements(plan.measures[key.measure])
    secret = next(name for name in names if is_sensitive(plan, element_of(name)))
    whole = next((name for name in names if name != secret), None)
    return await publications.members(tx, secret=secret, whole=whole, period=key.period, basis=key.basis)


def readers(plan: PlanIndex, clock: Clock, sums: Collection[Sum]) -> Mapping[str, Collection[str]]:
    """Unit → the units whose reports its people read: its own, and those of units that ended in it."""
    today = clock.today()
    units = {member.unit for one in sums for member in one.members}
    known = {unit: {unit} for unit in units}
    for reader in plan.catalogue.units_on(today):
        if inherited := units & set(plan.catalogue.inherited(reader.key, today)):
            known[reader.key] = known.get(reader.key, {reader.key}) | inherited
    return known
