"""Beside a value that needs checking: whose figure of what is in doubt, and its receipt for who may see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.http.context import AggregationContext
from aggregation.http.explanation import may_open_receipt
from aggregation.http.query import Scope
from aggregation.rules.disclosure import is_sensitive
from aggregation.rules.formula import element_of, elements
from aggregation.rules.plan import PlanIndex
from aggregation.store import read
from shared.access import Person
from shared.calendar import Period
from shared.catalogue import DataElement, Measure
from shared.catalogue.measure_kind import needs_of
from shared.text.names import alphabetical


@dataclass(frozen=True)
class DoubtLine:
    """`submission_id`: of the receipt; None for a reader who may not see it."""

    unit: str
    element: DataElement
    submission_id: UUID | None


async def doubt_lines(
    tx: AsyncConnection, context: AggregationContext, person: Person, scope: Scope, measures: Iterable[Measure]
) -> Mapping[str, list[DoubtLine]]:
    """Measure → the figures in doubt below the scope's unit that the person may read; of a measure counted in quarters
    those of the quarters."""
    names = {m.code: m.elements if needs_of(m.kind).quarters else elements(m) for m in measures}
    periods = [scope.period, *(str(quarter) for quarter in Period.parse(scope.period).quarters)]
    every = sorted({name for of_measure in names.values() for name in of_measure})
    found = await read.doubted(tx, periods=periods, basis=scope.basis, elements=every)
    told = [
        one
        for one in found
        if scope.unit in context.plan.path(one.unit)
        and context.policy.may_read(person, one.unit, element_of(one.element))
    ]
    here = in_order(context.plan, told)
    return {
        code: [_line(context, person, one) for one in here if one.element in of_measure]
        for code, of_measure in names.items()
    }


def in_order(plan: PlanIndex, by_size: Sequence[read.DoubtedFigure]) -> list[read.DoubtedFigure]:
    """The largest first, then the sensitive figures by unit: their order would tell whose count is the largest."""

    def by_unit(one: read.DoubtedFigure) -> tuple[tuple[str, str], str, str, str]:
        name = plan.catalogue.units[one.unit].name_vi
        return alphabetical(name), one.unit, one.element, str(one.submission_id)

    sensitive = [one for one in by_size if is_sensitive(plan, element_of(one.element))]
    return [one for one in by_size if one not in sensitive] + sorted(sensitive, key=by_unit)


def _line(context: AggregationContext, person: Person, one: read.DoubtedFigure) -> DoubtLine:
    catalogue = context.plan.catalogue
    element = catalogue.elements[element_of(one.element)]
    return DoubtLine(one.unit, element, one.submission_id if may_open_receipt(context, person, one.unit) else None)
