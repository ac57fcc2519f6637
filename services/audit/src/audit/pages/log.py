"""Pages of the log: search, one event, everything about one duty."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from audit.http.context import AuditContext, Context, Reader, readable_unit
from audit.http.events import detail, find, listing, read_paging
from audit.http.schemas import EntryItem
from audit.rules.search import FILTERS, SHORT_TYPES, read_search
from audit.rules.sentence import sentence
from audit.rules.texts import text
from audit.store import entries
from shared.errors import not_found
from shared.text import Language, Text
from shared.text.names import all_units, unit_name
from shared.web import cursor as cursors
from shared.web.shell.page import page
from shared.web.shell.sign_in import grouped

SHOWN = 50
SHOWN_OF_TIMELINE = 200
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the pages tell it."""

    entry: EntryItem
    told: Text
    subject_url: str

    @property
    def event_url(self) -> str:
        return f"/events/{quote(self.entry.id, safe='')}"


async def lines_of(context: AuditContext, items: Sequence[EntryItem]) -> list[Line]:
    """The entries told, with one question to the log for the forms that they do not name themselves."""
    formless = {
        str(one.data["obligation_id"]) for one in items if "obligation_id" in one.data and "form" not in one.data
    }
    forms: dict[str, str] = {}
    if formless:
        async with context.engine.connect() as tx:
            forms = await entries.forms(tx, formless)
    return [line(context, one, forms.get(str(one.data.get("obligation_id")))) for one in items]


def line(context: AuditContext, item: EntryItem, form: str | None) -> Line:
    """`form` is told where the entry names none."""

    def decimals(measure: str) -> int | None:
        known = context.catalogue.measures.get(measure)
        return known.decimals if known else None

    def name(key: str, spoken: Language) -> str:
        return unit_name(context.catalogue, key, spoken)

    data = {"form": form, **item.data} if form else item.data
    told = sentence(item.type, item.subject, data, name, decimals)
    duty = item.data.get("obligation_id")
    return Line(item, told, f"/subjects/{quote(str(duty or item.subject), safe='')}")


async def is_illustrative(context: AuditContext, lines: Sequence[Line]) -> bool:
    """Reminders, computed measures and decisions say nothing of it themselves: the submissions of their periods do."""
    periods = {str(one.entry.data["period"]) for one in lines if one.entry.data.get("period")}
    if not periods:
        return False
    async with context.engine.connect() as tx:
        return await entries.any_illustrative(tx, periods)


def unit_groups(context: AuditContext) -> Any:
    today = context.today()
    return grouped(all_units(context.catalogue), lambda unit: unit.valid_to is None or unit.valid_to > today)


@router.get("/log")
async def log(request: Request, context: Context, person: Reader) -> Response:
    typed = {name: request.query_params.get(name, "") for name in FILTERS}
    wanted, faults = read_search(typed, context.vocabulary)
    _, after = read_paging({"cursor": request.query_params.get("cursor", "")}, faults)
    wanted = replace(wanted, unit=readable_unit(person, wanted.unit))
    found: cursors.Listing = {"items": [], "next": None}
    if not faults:
        found = await listing(context, wanted, after, SHOWN)
    lines = await lines_of(context, found["items"])
    filters = {name: value for name, value in typed.items() if value}
    return page(
        request,
        "log.html",
        422 if faults else 200,
        typed=typed,
        faults=faults,
        lines=lines,
        own=person.own_unit,
        types=list(SHORT_TYPES),
        groups=unit_groups(context),
        filtered=bool(filters),
        next_url=_address("/log", filters, found["next"]),
        first_url=f"/log?{urlencode(filters)}" if after is not None else None,
        illustrative=await is_illustrative(context, lines),
    )


@router.get("/events/{event_id}")
async def event(request: Request, event_id: str, context: Context, person: Reader) -> Response:
    row = await find(context, event_id, person.own_unit)
    [told] = await lines_of(context, [EntryItem.of(row)])
    return page(
        request,
        "event.html",
        line=told,
        detail=detail(row),
        bytes=len(row["body"]),
        pretty=json.dumps(json.loads(row["body"]), ensure_ascii=False, indent=2),
        exact=row["body"].decode(errors="replace"),
        illustrative=await is_illustrative(context, [told]),
    )


@router.get("/subjects/{subject:path}")
async def timeline(request: Request, subject: str, context: Context, person: Reader) -> Response:
    """Everything about one duty or subject, in the order it happened. Problem 404 when the log has nothing about it."""
    after = cursors.decode(request.query_params.get("cursor"), datetime, int)
    if after is not None and not 0 <= after[1] < 2**63:
        raise cursors.bad_cursor()
    rows: Any = []
    if len(subject) <= 200 and "\0" not in subject:
        async with context.engine.connect() as tx:
            rows = await entries.timeline(tx, subject, person.own_unit, after, SHOWN_OF_TIMELINE + 1)
    if not rows:
        raise not_found(text("problem.no_subject"))
    found = cursors.listing(rows, SHOWN_OF_TIMELINE, lambda row: (row["time"], row["index"]), EntryItem.of)
    lines = await lines_of(context, found["items"])
    here_url = f"/subjects/{quote(subject, safe='')}"
    return page(
        request,
        "timeline.html",
        subject=subject,
        about=_duty(lines),
        lines=lines,
        next_url=_address(here_url, {}, found["next"]),
        first_url=here_url if after else None,
        illustrative=await is_illustrative(context, lines),
    )


def _duty(lines: list[Line]) -> Mapping[str, Any] | None:
    """Form, unit and period, where an event names all three."""
    named = (one.entry.data for one in lines if {"form", "unit", "period"} <= one.entry.data.keys())
    return next(named, None)


def _address(path: str, filters: Mapping[str, str], cursor: str | None) -> str | None:
    return f"{path}?{urlencode({**filters, 'cursor': cursor})}" if cursor else None
