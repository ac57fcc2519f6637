"""What stands behind one number: the figures of every report in it, and what it was before. As the API has it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from aggregation.http.context import AggregationContext, Context, Reader
from aggregation.http.explanation import evidence_of, may_open_receipt, withholds
from aggregation.http.query import RequestedScope, Scope, measures_of
from aggregation.http.reading import reading
from aggregation.pages.words import PageWords
from aggregation.rules.disclosure import has_sensitive
from aggregation.rules.formula import element_of
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import CellKey, Value
from aggregation.store import read
from aggregation.store.read import Contribution, FigurePosition
from shared.access import Person
from shared.auth import require
from shared.catalogue import DataElement, Measure, parse_disaggregation
from shared.text import Language
from shared.text.names import name_of
from shared.web.cursor import Cursor, decode, encode
from shared.web.language import language
from shared.web.shell.page import page

PAGE = 50
router = APIRouter(include_in_schema=False, dependencies=[Depends(require())])
Limit = Annotated[int, Query(ge=1, le=200)]


@dataclass(frozen=True)
class ReportedFigure:
    """One figure of one report. `readable`: the receipt may be opened by this reader."""

    contribution: Contribution
    element: DataElement
    name: str
    withheld: bool
    readable: bool


@router.get("/indicators/{code}/explanation", response_class=HTMLResponse)
async def explanation(
    request: Request,
    context: Context,
    code: str,
    scope: RequestedScope,
    person: Reader,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> HTMLResponse:
    """Of an indicator of several measures the first one is shown, with the way to the others."""
    plan, spoken = context.plan, language(request)
    m = measures_of(context, code)[0]
    decoded = decode(cursor, str, str, str, str, UUID)
    async with context.snapshot() as tx:
        found = await evidence_of(
            reading(tx, context, person),
            m,
            scope,
            after=FigurePosition(*decoded) if decoded else None,
            limit=limit,
        )
        illustrative = await read.illustrative(tx, [scope.period])
    figures = [_figure(context, person, row, found.value, spoken) for row in found.contributions]
    following = encode(*found.contributions[-1].position) if found.more else None
    words = _Words(context, scope, spoken, person, m, "explanation", limit)
    return page(
        request,
        "explanation.html",
        **words.names(),
        **words.pager(cursor, following),
        value=found.value,
        published=context.view(person).reads_published(m, scope.unit),
        sums=[(_name(plan, key, spoken), cell, key in found.hidden) for key, cell in found.cells.items()],
        figures=figures,
        illustrative=illustrative or any(row.illustrative for row in found.contributions),
    )


@router.get("/indicators/{code}/history", response_class=HTMLResponse)
async def history(
    request: Request,
    context: Context,
    code: str,
    scope: RequestedScope,
    person: Reader,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> HTMLResponse:
    """Every value that stood, newest first."""
    m = measures_of(context, code)[0]
    before = decode(cursor, int)
    async with context.snapshot() as tx:
        rows = await reading(tx, context, person).history(
            [m], scope, before=before[0] if before else None, limit=limit + 1
        )
        illustrative = await read.illustrative(tx, [scope.period])
    stood = rows[:limit]
    words = _Words(context, scope, language(request), person, m, "history", limit)
    return page(
        request,
        "history.html",
        **words.names(),
        **words.pager(cursor, encode(stood[-1][0]) if len(rows) > limit else None),
        values=[value for _, _, value in stood],
        published=context.view(person).reads_published(m, scope.unit),
        may_be_withheld=has_sensitive(context.plan, m) and not context.view(person).needs_to_know,
        illustrative=illustrative,
    )


class _Words(PageWords):
    """The words of both pages of a measure, and the addresses of its parts."""

    def __init__(
        self,
        context: AggregationContext,
        scope: Scope,
        spoken: Language,
        person: Person,
        m: Measure,
        about: str,
        limit: int,
    ) -> None:
        super().__init__(context, scope, spoken, person)
        self._measure = m
        self._about = about
        self._limit = limit

    def names(self) -> dict[str, object]:
        m = self._measure
        siblings = [one for one in self._plan.measures.values() if one.indicator == m.indicator and one.code != m.code]
        return super().names() | {
            "measure": m,
            "siblings": [(one, self.scoped(f"/indicators/{one.code}/{self._about}")) for one in siblings],
        }

    def pager(self, cursor: str | None, following: str | None) -> dict[str, str | None]:
        path = f"/indicators/{self._measure.code}/{self._about}"
        limit = {} if self._limit == PAGE else {"limit": str(self._limit)}
        return {
            "next_url": self.scoped(path, cursor=following, **limit) if following else None,
            "first_url": self.scoped(path, **limit) if cursor else None,
        }


def _figure(
    context: AggregationContext, person: Person, row: Contribution, value: Value, spoken: Language
) -> ReportedFigure:
    plan = context.plan
    element = plan.catalogue.elements[element_of(row.element)]
    key = CellKey(row.unit, row.period, row.element, row.disaggregation, "received")
    readable = row.submission_id is not None and may_open_receipt(context, person, row.unit)
    return ReportedFigure(row, element, _name(plan, key, spoken), withholds(context.view(person), row, value), readable)


def _name(plan: PlanIndex, key: CellKey, spoken: Language) -> str:
    """ "Số nạn nhân được phát hiện, Bạo lực gia đình": the element, then the categories."""
    categories = [
        name_of(next(one for one in plan.catalogue.dimensions[dimension].categories if one.id == category), spoken)
        for dimension, category in parse_disaggregation(key.disaggregation).items()
    ]
    return ", ".join([name_of(plan.catalogue.elements[element_of(key.element)], spoken), *categories])
