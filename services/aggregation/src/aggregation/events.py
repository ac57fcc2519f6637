"""The events that this service publishes. Pure: records in, events out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aggregation.rules.dirty import DirtyCells
from aggregation.rules.disclosure import ReportId, secrecy
from aggregation.rules.formula import elements
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import RebuildRecord, Value, ValueKey
from aggregation.rules.reported.batch import BatchChanges
from aggregation.rules.revision import BASES, Basis
from shared.events import Event, IndicatorAggregated, IndicatorFigures, ProjectionRebuilt, SummedReport, acting

SOURCE = "/aggregation"
MAX_CAUSES = 500


@dataclass(frozen=True)
class CausedEvent:
    """`cause`: the position in the batch of the latest event that led to it; None when no event did."""

    event: Event
    cause: int | None


def indicators_aggregated(
    plan: PlanIndex, values: Mapping[ValueKey, Value], dirty: DirtyCells, batch: BatchChanges, now: datetime
) -> list[CausedEvent]:
    """One event per measure and period of the whole area. `values` holds both bases of every place that changed.

    Other units have none: the figures of one district at two instants would tell those of a single commune. For the
    same reason a secret sum of communes has none: that it changed, or did not, tells of the report that was its cause.
    `indicator_published` tells of it.
    """
    events = []
    for measure, unit, period in sorted({(key.measure, key.unit, key.period) for key in values}):
        if unit != plan.root or secrecy(plan, plan.measures[measure], unit) == "published":
            continue
        keys = {basis: ValueKey(measure, unit, period, basis) for basis in BASES}
        positions = _positions(plan, keys["received"], dirty, batch)
        figures = {basis: _figures(values[key]) for basis, key in keys.items()}
        causes = [UUID(batch.event_ids[position]) for position in positions]
        event = _aggregated(plan, measure, period, figures, now, causes)
        events.append(CausedEvent(event, positions[-1] if positions else None))
    return events


def indicator_published(
    plan: PlanIndex,
    measure: str,
    period: str,
    sums: Mapping[ValueKey, tuple[Value, Collection[ReportId]]],
    now: datetime,
) -> Event:
    """The figures of a secret sum when they are published, on the bases that are, and of which reports each is: a
    restored database learns from it what it has told (`put_back`)."""
    figures = {
        key.basis: _figures(value).model_copy(
            update={
                "provisional": value.provisional,
                "reports": [SummedReport(obligation_id=id, revision=number) for id, number in sorted(reports)],
            }
        )
        for key, (value, reports) in sums.items()
    }
    return _aggregated(plan, measure, period, figures, now, [])


def _aggregated(
    plan: PlanIndex,
    measure: str,
    period: str,
    figures: Mapping[Basis, IndicatorFigures],
    now: datetime,
    causes: list[UUID],
) -> Event:
    data = IndicatorAggregated(
        measure=measure,
        indicator=plan.measures[measure].indicator,
        unit=plan.root,
        period=period,
        as_of=now,
        values=dict(figures),
        causes=causes,
    )
    subject = f"{measure}|{plan.root}|{period}"
    return Event.of(data, source=SOURCE, subject=subject, time=now, catalogue_version=plan.version)


def projection_rebuilt(rebuilt: RebuildRecord, catalogue_version: str) -> Event:
    data = ProjectionRebuilt(
        rebuild_id=rebuilt.id,
        projection="aggregation",
        origin=rebuilt.origin,
        events=rebuilt.events,
        facts=rebuilt.facts,
        live_checksum=rebuilt.live_checksum,
        rebuilt_checksum=rebuilt.rebuilt_checksum,
        equal=rebuilt.equal,
        swapped=rebuilt.swapped,
        started_at=rebuilt.started_at,
        finished_at=rebuilt.finished_at,
        **acting("ops", None),  # the account that started it is a person's name
    )
    subject = str(rebuilt.id)
    return Event.of(data, source=SOURCE, subject=subject, time=rebuilt.finished_at, catalogue_version=catalogue_version)


def _positions(plan: PlanIndex, key: ValueKey, dirty: DirtyCells, batch: BatchChanges) -> list[int]:
    """Where in the batch the events stand that changed a sum of the measure; the latest `MAX_CAUSES` of them."""
    names = elements(plan.measures[key.measure])
    obligations = set[UUID]().union(*(dirty.causes.get((key.unit, key.period, name), ()) for name in names))
    return sorted({position for id in obligations for position in batch.touched.get(id, ())})[-MAX_CAUSES:]


def _figures(value: Value) -> IndicatorFigures:
    return IndicatorFigures(
        value=value.value,
        numerator=value.numerator,
        denominator=value.denominator,
        reported=value.reported,
        expected=value.expected,
        assessment=value.assessment,
        needs_check=value.needs_check,
    )
