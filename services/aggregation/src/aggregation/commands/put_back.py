"""Put published sums back that a restored database has forgotten, from the events that told of them."""

from collections.abc import Iterable, Iterator

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.events import SOURCE
from aggregation.rules.disclosure import secrecy
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.store import batch_steps, publications
from aggregation.store.publications import Reports
from shared.events import Event, IndicatorAggregated, IndicatorFigures


async def put_back(tx: AsyncConnection, plan: PlanIndex, events: Iterable[Event]) -> int:
    """How many it were. The caller vouches for the events; of those that are known nothing is written twice."""
    await batch_steps.lock(tx)
    told = {(key, value.as_of): (value, reports) for key, value, reports in _published(plan, events)}
    known = await publications.instants(tx)
    lost = sorted((place for place in told if place not in known), key=lambda place: (place[1], place[0]))
    for key, as_of in lost:
        await publications.add(tx, {key: told[key, as_of]})
    return len(lost)


def is_published_sum(plan: PlanIndex, event: Event) -> bool:
    """Whether there is anything in it to put back."""
    return any(_published(plan, [event]))


def _published(plan: PlanIndex, events: Iterable[Event]) -> Iterator[tuple[ValueKey, Value, Reports | None]]:
    for event in events:
        data = event.data
        if event.source != SOURCE or not isinstance(data, IndicatorAggregated) or data.unit != plan.root:
            continue
        measure = plan.measures.get(data.measure)
        if measure is None or secrecy(plan, measure, data.unit) != "published":
            continue
        for basis, figures in data.values.items():
            # Until December 2026 a secret sum that had changed was told of without numbers.
            if figures.reports is not None or figures.numerator is not None:
                key = ValueKey(data.measure, data.unit, data.period, basis)
                yield key, _value(figures, data), _reports(figures)


def _value(told: IndicatorFigures, data: IndicatorAggregated) -> Value:
    return Value(
        value=told.value,
        numerator=told.numerator,
        denominator=told.denominator,
        reported=told.reported,
        expected=told.expected,
        assessment=told.assessment,
        provisional=bool(told.provisional),
        as_of=data.as_of,
        needs_check=told.needs_check,
    )


def _reports(told: IndicatorFigures) -> Reports | None:
    return None if told.reports is None else frozenset((one.obligation_id, one.revision) for one in told.reports)
