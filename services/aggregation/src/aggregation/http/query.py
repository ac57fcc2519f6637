"""What a reader asks for, checked against the catalogue: period, unit, measure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.pages.charts import Charts
from aggregation.rules.plan import PlanIndex
from aggregation.rules.revision import Basis
from aggregation.store import read
from shared.auth import require
from shared.calendar import VIETNAM, Period
from shared.catalogue import Measure
from shared.clock import Clock
from shared.errors import invalid, not_found
from shared.text import Fault, Text

anyone = Depends(require())


@dataclass(frozen=True)
class AggregationContext:
    """What the API and the pages work with; stands in `app.state.desk`."""

    engine: AsyncEngine
    plan: PlanIndex
    clock: Clock
    charts: Charts

    @property
    def year(self) -> str:
        """The reporting year that holds today."""
        return str(Period.containing(self.clock.now().astimezone(VIETNAM).date()))

    async def shown_year(self) -> str:
        """The year to show when none is asked for: the newest one of which a yearly report has come in.

        From 15 December the new year is open and empty until somebody reports; its quarterly items alone do not make
        it worth showing. Before any report at all: the newest year opened, else the one that holds today.
        """
        async with self.engine.connect() as tx:
            years = {year: told for year, told in (await read.years(tx)).items() if year <= self.year}
        told = [year for year, some in years.items() if some]
        return max(told or years or [self.year])


def context_of(request: Request) -> AggregationContext:
    context: AggregationContext = request.app.state.context
    return context


@dataclass(frozen=True)
class Place:
    unit: str
    period: str
    basis: Basis


async def place(
    request: Request,
    period: Annotated[
        str | None, Query(max_length=7, description="2026 or 2026-Q3; the newest year with a report if left out")
    ] = None,
    unit: Annotated[str | None, Query(max_length=80, description="unit key; the whole area if left out")] = None,
    basis: Annotated[Basis, Query(description="latest received, or only what was accepted")] = "received",
) -> Place:
    """Raises a 422 `Problem` that names every part that is not known."""
    context = context_of(request)
    faults = []
    unit = unit or context.plan.root
    asked, period = period, period or await context.shown_year()
    first, last = context.plan.years
    try:
        if asked and not first <= Period.parse(asked).year <= last:
            text = Text(
                f"Kế hoạch chỉ có các kỳ từ {first} đến {last}.", f"The plan has the periods {first} to {last}."
            )
            faults.append(Fault("period", "/query/period", text))
    except ValueError:
        text = Text("Kỳ phải có dạng 2026 hoặc 2026-Q3.", "The period must look like 2026 or 2026-Q3.")
        faults.append(Fault("period", "/query/period", text))
    if unit not in context.plan.catalogue.units:
        text = Text("Danh mục không có đơn vị này.", "The catalogue has no such unit.")
        faults.append(Fault("unit", "/query/unit", text))
    if faults:
        raise invalid(faults)
    return Place(unit, period, basis)


Asked = Annotated[Place, Depends(place)]
AsOf = Annotated[datetime | None, Query(description="what stood at this instant, with its time zone")]


def aware(as_of: datetime | None) -> datetime | None:
    """Raises a 422 `Problem` for an instant without a time zone."""
    if as_of is not None and as_of.tzinfo is None:
        text = Text("Phải ghi múi giờ, như +07:00.", "Must have its time zone, like +07:00.")
        raise invalid([Fault("timezone-aware", "/query/as_of", text)])
    return as_of


def measures_of(plan: PlanIndex, code: str) -> list[Measure]:
    """The measures of `code`, a measure (`3.2a`) or an indicator (`3.2`). Raises a 404 `Problem`."""
    found = [m for m in plan.measures.values() if code in (m.code, m.indicator)]
    if not found:
        raise not_found(Text("Kế hoạch không có chỉ tiêu này", "The plan has no such indicator"))
    return [m for m in found if m.code == code] or found
