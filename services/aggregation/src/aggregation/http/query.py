"""The parameters of a request, checked against the catalogue: unit, period, basis, instant, measure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from aggregation.http.context import AggregationContext, Context
from aggregation.rules.revision import Basis
from shared.calendar import Period
from shared.catalogue import Measure
from shared.errors import invalid, not_found
from shared.text import Fault


@dataclass(frozen=True)
class Scope:
    unit: str
    period: str
    basis: Basis


async def requested_scope(
    context: Context,
    period: Annotated[
        str | None, Query(max_length=7, description="2026 or 2026-Q3; the newest year with a report if left out")
    ] = None,
    unit: Annotated[str | None, Query(max_length=80, description="unit key; the whole area if left out")] = None,
    basis: Annotated[Basis, Query(description="latest received, or only what was accepted")] = "received",
) -> Scope:
    """Raises a 422 `Problem` that names every part that is not known."""
    faults = [_period_fault(context, period), _unit_fault(context, unit)]
    if any(faults):
        raise invalid([fault for fault in faults if fault])
    return Scope(unit or context.plan.root, period or await context.shown_year(), basis)


RequestedScope = Annotated[Scope, Depends(requested_scope)]
AsOf = Annotated[datetime | None, Query(description="what stood at this instant, with its time zone")]


def _period_fault(context: AggregationContext, period: str | None) -> Fault | None:
    if not period:
        return None
    first, last = context.plan.years
    try:
        if first <= Period.parse(period).year <= last:
            return None
        text = context.messages.text("fault.period_outside_plan", first=first, last=last)
    except ValueError:
        text = context.messages.text("fault.period_form")
    return Fault("period", "/query/period", text)


def _unit_fault(context: AggregationContext, unit: str | None) -> Fault | None:
    if not unit or unit in context.plan.catalogue.units:
        return None
    return Fault("unit", "/query/unit", context.messages.text("fault.unit_unknown"))


def aware(context: AggregationContext, as_of: datetime | None) -> datetime | None:
    """Raises a 422 `Problem` for an instant without a time zone."""
    if as_of is not None and as_of.tzinfo is None:
        raise invalid([Fault("timezone-aware", "/query/as_of", context.messages.text("fault.no_time_zone"))])
    return as_of


def measures_of(context: AggregationContext, code: str) -> list[Measure]:
    """The measures of `code`, a measure (`3.2a`) or an indicator (`3.2`). Raises a 404 `Problem`."""
    measures = [m for m in context.plan.measures.values() if code in (m.code, m.indicator)]
    if not measures:
        raise not_found(context.messages.text("fault.indicator_unknown"))
    return [m for m in measures if m.code == code] or measures
