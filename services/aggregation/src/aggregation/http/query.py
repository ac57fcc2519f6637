"""The parameters of a request, checked against the catalogue: unit, period, basis, instant, measure."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from aggregation.http.context import AggregationContext, Context
from aggregation.rules.revision import Basis
from shared.catalogue import Measure
from shared.errors import not_found
from shared.web.query.parameters import Instant, ReportingPeriod, Unit


@dataclass(frozen=True)
class Scope:
    unit: str
    period: str
    basis: Basis


async def requested_scope(
    context: Context,
    period: Annotated[
        ReportingPeriod, Query(description="2026 or 2026-Q3; the newest year with a report if left out")
    ] = None,
    unit: Annotated[Unit, Query(description="unit key; the whole area if left out")] = None,
    basis: Annotated[Basis, Query(description="latest received, or only what was accepted")] = "received",
) -> Scope:
    return Scope(unit or context.plan.root, period or await context.shown_year(), basis)


RequestedScope = Annotated[Scope, Depends(requested_scope)]
AsOf = Annotated[Instant, Query(description="what stood at this instant, with its time zone")]


def measures_of(context: AggregationContext, code: str) -> list[Measure]:
    """The measures of `code`, a measure (`3.2a`) or an indicator (`3.2`). Raises a 404 `Problem`."""
    measures = [m for m in context.plan.measures.values() if code in (m.code, m.indicator)]
    if not measures:
        raise not_found(context.messages.text("fault.indicator_unknown"))
    return [m for m in measures if m.code == code] or measures
