"""Beside a value that needs checking: whose figure of what is in doubt, and its receipt for who may see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.http.context import AggregationContext
from aggregation.http.query import Scope
from aggregation.rules.formula import element_of, elements
from aggregation.store import read
from shared.access import Person, may_access
from shared.calendar import Period
from shared.catalogue import DataElement, Measure
from shared.catalogue.measure_kind import needs_of


@dataclass(frozen=True)
class DoubtLine:
    """`submission_id`: of the receipt; None for a reader who may not see it."""

    unit: str
    element: DataElement
    submission_id: UUID | None


async def doubt_lines(
    tx: AsyncConnection, context: AggregationContext, person: Person, scope: Scope, measures: Iterable[Measure]
) -> Mapping[str, list[DoubtLine]]:
    """Measure → the figures in doubt below the scope's unit; of a measure counted in quarters those of the quarters."""
    names = {m.code: m.elements if needs_of(m.kind).quarters else elements(m) for m in measures}
    periods = [scope.period, *(str(quarter) for quarter in Period.parse(scope.period).quarters)]
    every = sorted({name for of_measure in names.values() for name in of_measure})
    found = await read.doubted(tx, periods=periods, basis=scope.basis, elements=every)
    here = [one for one in found if scope.unit in context.plan.path(one.unit)]
    return {
        code: [_line(context, person, one) for one in here if one.element in of_measure]
        for code, of_measure in names.items()
    }


def _line(context: AggregationContext, person: Person, one: read.DoubtedFigure) -> DoubtLine:
    catalogue = context.plan.catalogue
    element = catalogue.elements[element_of(one.element)]
    visible = may_access(person, one.unit, lambda: catalogue.inherited(person.unit, context.clock.today()))
    return DoubtLine(one.unit, element, one.submission_id if visible else None)
