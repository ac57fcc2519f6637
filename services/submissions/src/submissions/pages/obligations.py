"""“Việc cần làm”: what is owed. A unit sees its own, everybody else the province; the form and the receipt follow."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import Person, sees_all_units
from shared.errors import Problem
from shared.web.idempotency import page_attempt
from shared.web.shell.kept_form import Resumed
from shared.web.shell.page import page
from submissions.commands.context import SubmissionsContext
from submissions.commands.open_period import open_period, read_period
from submissions.http.context import Anyone, Context, Opener
from submissions.pages.province import Choices, Opening, show_province
from submissions.pages.task import by_urgency, task_of
from submissions.store import read
from submissions.store.read import ObligationFilter

router = APIRouter(include_in_schema=False)

UNPROCESSABLE = 422
OWN = 500  # a unit's obligations over the ten years of a plan


@router.get("/tasks")
async def tasks() -> RedirectResponse:
    return RedirectResponse("/obligations", 307)


@router.get("/obligations")
async def obligations(
    request: Request, context: Context, person: Anyone, choices: Annotated[Choices, Query()]
) -> Response:
    if sees_all_units(person):
        return await show_province(request, context, person, choices)
    if choices.unit:
        context.check_access(person, choices.unit)
    return await show_own(request, context, person)


@router.post("/obligations/opening")
async def open_obligations(request: Request, context: Context, person: Opener, resumed: Resumed) -> Response:
    """303 to the period; or the page again with what was typed (422). Opening adds what is not there and changes
    nothing, so that a page opened before somebody else did the same is not out of date."""
    data = await request.form()
    typed = data.get("period")
    period = typed.strip() if isinstance(typed, str) else ""
    if resumed:
        return await show_province(request, context, person, Choices(), Opening(period))
    sent = page_attempt(request, person.subject, data.get("attempt"), data.multi_items())
    try:
        await open_period(context, person, read_period(period), sent.attempt if sent else None)
    except Problem as problem:
        if problem.status != UNPROCESSABLE:
            raise
        return await show_province(
            request,
            context,
            person,
            Choices(),
            Opening(period, [replace(fault, pointer="/opening") for fault in problem.faults]),
        )
    return RedirectResponse(f"/obligations?{urlencode({'period': period})}", 303)


async def show_own(request: Request, context: SubmissionsContext, person: Person) -> Response:
    """What the unit owes, and what the units owed that ended in it."""
    narrowed = ObligationFilter(context.readable_units(person, None))
    async with context.engine.connect() as tx:
        owed = await read.list_obligations(tx, narrowed, None, OWN)
        returns = await read.last_returns(tx, [one.id for one in owed if one.state == "returned"])
        illustrative = await read.any_illustrative(tx, [one.id for one in owed])
    now = context.clock.now()
    pending, done = by_urgency([task_of(one, now, context.holidays) for one in owed])
    return page(
        request,
        "obligations.html",
        pending=pending,
        done=done,
        forms=context.rules,
        unit=person.unit,
        returns=returns,
        illustrative=illustrative,
    )


# After “/obligations/opening”, which is no id.
