"""The dashboard: twenty indicators under six objectives, each measure with its value, way, state and coverage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from aggregation.http.presenters import NOTHING, target_of
from aggregation.http.schemas import TargetSchema
from aggregation.rules.assessment import combine
from aggregation.rules.formula import elements
from aggregation.rules.plan import PlanIndex
from aggregation.rules.progress_to_target import ProgressToTarget, progress_to_target
from aggregation.rules.records import Value, ValueKey
from aggregation.rules.revision import Basis
from shared.calendar import Period
from shared.catalogue import Indicator, Measure, Objective
from shared.events import Assessment


@dataclass(frozen=True)
class MeasureRow:
    measure: Measure
    value: Value
    target: TargetSchema | None
    progress: ProgressToTarget | None
    strip: Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class IndicatorRow:
    indicator: Indicator
    measures: Sequence[MeasureRow]
    assessment: Assessment


@dataclass(frozen=True)
class ObjectiveRows:
    objective: Objective
    indicators: Sequence[IndicatorRow]


def build_dashboard(
    plan: PlanIndex,
    *,
    unit: str,
    period: str,
    basis: Basis,
    values: Mapping[ValueKey, Value],
    answered: Mapping[str, Sequence[tuple[str, bool]]],
) -> list[ObjectiveRows]:
    """`answered`: element → (unit, answered), all of it below `unit`. A quarter has what is collected in quarters."""
    catalogue = plan.catalogue
    yearly = Period.parse(period).quarter is None
    measures = plan.measures if yearly else {m.code: m for m in plan.quarterly.values()}

    def measure_row(m: Measure) -> MeasureRow:
        value = values.get(ValueKey(m.code, unit, period, basis), NOTHING)
        strip = answered.get(elements(m)[0], ())
        return MeasureRow(
            m, value, target_of(m, period), progress_to_target(m, value.value, catalogue.plan.target_years), strip
        )

    def indicator_row(indicator: Indicator) -> IndicatorRow:
        rows = [measure_row(m) for m in measures.values() if m.indicator == indicator.code]
        return IndicatorRow(indicator, rows, combine(row.value.assessment for row in rows))

    shown = {m.indicator for m in measures.values()}
    groups = [
        ObjectiveRows(
            objective,
            [
                indicator_row(i)
                for i in catalogue.indicators.values()
                if i.objective == objective.number and i.code in shown
            ],
        )
        for objective in catalogue.objectives
    ]
    return [group for group in groups if group.indicators]


def tally(rows: Sequence[ObjectiveRows]) -> dict[str, int]:
    """State → how many indicators are in it, for the line on top."""
    counts = dict.fromkeys(get_args(Assessment), 0)
    for objective in rows:
        for row in objective.indicators:
            counts[row.assessment] += 1
    return counts


def in_state(rows: Sequence[ObjectiveRows], state: Assessment) -> list[ObjectiveRows]:
    """The indicators that the line on top counts in a state, under their objectives."""
    kept = [ObjectiveRows(one.objective, [r for r in one.indicators if r.assessment == state]) for one in rows]
    return [one for one in kept if one.indicators]
