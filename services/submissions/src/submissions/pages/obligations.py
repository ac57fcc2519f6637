"""Pages for officers: what is owed. The form and the receipt have their own modules."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from shared.auth import Person, require
from shared.calendar import Period
from shared.text.names import all_units
from shared.web.cursor import Cursor, decode, encode
from shared.web.shell.page import page
from shared.web.shell.sign_in import grouped
from submissions.commands.authority import may_open, units_of
from submissions.commands.context import SubmissionsContext, context_of, sees_all
from submissions.commands.open_period import open_period, read_period
from submissions.pages import form_pages, receipt_pages
from submissions.pages.task import SHAPES, by_urgency, progress_of, task_of
from submissions.store import read
from submissions.store.read import Filter
from submissions.store.rows import Row

router = APIRouter(include_in_schema=False)
Opener = Annotated[Person, Depends(require("coordinator", "ops"))]
Anyone = Annotated[Person, Depends(require())]
Context = Annotated[SubmissionsContext, Depends(context_of)]
Choice = Annotated[str, Query(max_length=80)]

PAGE = 100
OWN = 500  # a unit's obligations over the ten years of a plan


@router.get("/tasks")
async def tasks() -> RedirectResponse:
    return RedirectResponse("/obligations", 307)


@router.get("/obligations")
async def obligations(
    request: Request,
    context: Context,
    person: Anyone,
    unit: Choice = "",
    period: Choice | None = None,
    form: Choice = "",
    state: Choice = "",
    cursor: Cursor = None,
) -> Response:
    if not sees_all(person):
        return await own(request, context, person)
    now = context.clock.now()
    decoded = decode(cursor, datetime, UUID)
    async with context.engine.connect() as tx:
        opened = await read.periods(tx)
        periods = [row["period"] for row in opened]
        shown = current(opened, context.today()) if period is None else period
        states = ("open", "returned", "withdrawn") if state == "pending" else (state,) if state in SHAPES else ()
        narrowed = Filter((unit,) if unit else (), shown or None, form or None, states)
        rows = await read.list_obligations(
            tx, narrowed, None if decoded is None else (decoded[0], decoded[1]), PAGE + 1
        )
        overview = await read.overview(tx, shown) if shown else []
        illustrative = await read.any_illustrative(tx, [row["id"] for row in rows])
    chosen = {"unit": unit, "period": shown, "form": form, "state": state}
    more = len(rows) > PAGE
    last = rows[PAGE - 1] if more else None
    return page(
        request,
        "province.html",
        tasks=[task_of(row, now, context.holidays) for row in rows[:PAGE]],
        progress=progress_of(overview),
        chosen=chosen,
        periods=periods,
        forms=context.rules,
        units=grouped(all_units(context.catalogue), lambda u: u.valid_to is None or u.valid_to > context.today()),
        next_url=f"?{urlencode({**chosen, 'cursor': encode(last['due_at'], last['id'])})}" if last else None,
        first_url=f"?{urlencode(chosen)}" if cursor else None,
        may_open=may_open(context.catalogue, person, context.today()),
        illustrative=illustrative,
    )


@router.post("/obligations/opening")
async def open_obligations(
    context: Context, person: Opener, period: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """A period that cannot be read is a problem page; opening twice changes nothing."""
    await open_period(context, person, read_period(period))
    return RedirectResponse(f"/obligations?{urlencode({'period': period})}", 303)


async def own(request: Request, context: SubmissionsContext, person: Person) -> Response:
    now = context.clock.now()
    async with context.engine.connect() as tx:
        rows = await read.list_obligations(tx, Filter(units_of(context.catalogue, person, context.today())), None, OWN)
        reasons = await read.return_reasons(tx, [row["id"] for row in rows if row["state"] == "returned"])
        illustrative = await read.any_illustrative(tx, [row["id"] for row in rows])
    pending, done = by_urgency([task_of(row, now, context.holidays) for row in rows])
    return page(
        request,
        "obligations.html",
        pending=pending,
        done=done,
        forms=context.rules,
        unit=person.unit,
        reasons=reasons,
        illustrative=illustrative,
    )


def current(opened: Sequence[Row], today: date) -> str:
    """The newest year opened whose time has come; the one before while it lacks reports and the newest has none yet.

    Without a year the latest quarter, without anything "".
    """
    years = [row for row in opened if Period.parse(row["period"]).frequency == "year"]
    years = [row for row in years if Period.parse(row["period"]).start <= today] or years
    if len(years) > 1 and years[1]["pending"] and not years[0]["begun"]:
        return str(years[1]["period"])
    return str((years or list(opened) or [{"period": ""}])[0]["period"])


# After “/obligations/opening”, which is no id.
router.include_router(form_pages.router)
router.include_router(receipt_pages.router)
