"""The place "Thời hạn": a month, what goes out to whom when, one reminder, and the contacts."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from notifications.channels.email.message import TASK_PATH
from notifications.http.context import Anyone, Context, Keeper, NotificationsContext, sees_addresses, visible_unit
from notifications.http.routes import NO_REMINDER, change_contact
from notifications.http.schemas import ADDRESS_EN, ADDRESS_VI
from notifications.pages.month import Month, midnight
from notifications.rules import stage
from notifications.rules.contact import ROLES, is_address
from notifications.rules.naming import form_name, form_title, period_name
from notifications.store import read as lists
from notifications.store.read import LIVE, Filter
from shared.clock import VIETNAM
from shared.errors import not_found
from shared.text import Fault, Text
from shared.text.names import alphabetical, unit_name
from shared.web.cursor import Cursor, decode, encode
from shared.web.language import language
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROWS = 50
LIST = "#list"
"""The next page of a list begins with the list; the calendar stays above it."""
Shown = Literal["live", "planned", "due", "sent", "failed", "stopped", "all"]
SHOWN: dict[str, tuple[str, ...]] = {
    "live": LIVE,
    "planned": ("planned",),
    "due": ("due",),
    "sent": ("sent",),
    "failed": ("failed",),
    "stopped": ("superseded", "cancelled"),
    "all": (),
}


@router.get("/deadlines")
async def deadlines(
    request: Request,
    person: Anyone,
    context: Context,
    month: Annotated[str | None, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")] = None,
    day: date | None = None,
    unit: Annotated[str | None, Query(max_length=80)] = None,
    state: Shown = "live",
    cursor: Cursor = None,
) -> Response:
    now = context.clock.now()
    today = now.astimezone(VIETNAM).date()
    shown_month = Month.parse(month) if month else Month.of(day or today)
    mine = visible_unit(person, unit or None)
    since, until = shown_month.window()
    in_month = Filter(mine, states=SHOWN[state], since=since, until=until)
    listed = in_month
    if day is not None:
        listed = Filter(mine, states=SHOWN[state], since=midnight(day), until=midnight(day + timedelta(days=1)))
    after = decode(cursor, datetime, UUID)
    async with context.engine.connect() as tx:
        rows = await lists.reminders(tx, listed, after, ROWS)
        days = await lists.by_day(tx, in_month)
        coming = await lists.coming_deadlines(tx, Filter(mine), now, 3)
        overdue = await lists.overdue(tx, Filter(mine), now)
        units = await lists.units_with_duties(tx) if person.own_unit is None else []

    def link(**changes: str | None) -> str:
        chosen = {"month": str(shown_month), "unit": unit, "state": state, "day": day and day.isoformat()} | changes
        return "?" + urlencode({key: value for key, value in chosen.items() if value})

    many = sum(sum(states.values()) for on, states in days.items() if day in (None, on))

    return page(
        request,
        "deadlines.html",
        month=shown_month,
        days=days,
        day_shown=day,
        today=today,
        rows=rows[:ROWS],
        many=many,
        per_page=ROWS,
        next_url=link(cursor=encode(rows[ROWS - 1].not_before, rows[ROWS - 1].id)) + LIST if len(rows) > ROWS else None,
        first_url=link() + LIST if cursor else None,
        coming=[_coming(context, row, today) for row in coming],
        overdue=overdue,
        units=[(key, _ended(context, key)) for key in _in_order(request, context, units)],
        unit=unit,
        state=state,
        states=list(SHOWN),
        link=link,
        sees_addresses=sees_addresses(person),
        **_words(context),
    )


@router.get("/reminders/{reminder_id}")
async def reminder(request: Request, reminder_id: UUID, person: Anyone, context: Context) -> Response:
    async with context.engine.connect() as tx:
        row = await lists.reminder_of(tx, reminder_id)
        if row is None or not person.may_act_for(row.unit):
            raise not_found(NO_REMINDER)
        attempts = await lists.deliveries(tx, Filter(), None, ROWS, reminder_id)
        others = await lists.reminders(tx, Filter(obligation_id=row.obligation_id), None, ROWS)
    return page(
        request,
        "reminder.html",
        reminder=row,
        attempts=attempts[:ROWS],
        others=[other for other in others[:ROWS] if other.role == row.role],
        task_path=TASK_PATH.format(obligation_id=row.obligation_id),
        sees_addresses=sees_addresses(person),
        **_words(context),
    )


@router.get("/contacts")
async def contacts(request: Request, _: Keeper, context: Context, saved: str | None = None) -> Response:
    return await _contacts(request, context, saved=saved)


@router.post("/contacts")
async def change(
    request: Request,
    person: Keeper,
    context: Context,
    unit: Annotated[str, Form(max_length=80)],
    role: Annotated[Literal["reporter", "head"], Form()],
    email: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    if not is_address(email.strip()):
        fault = Fault("email", f"/{unit}/{role}", Text(ADDRESS_VI, ADDRESS_EN))
        return await _contacts(request, context, 422, faults=[fault], typed={(unit, role): email})
    await change_contact(context, unit, role, email.strip(), person.subject)
    return RedirectResponse("/contacts?" + urlencode({"saved": unit}), 303)


async def _contacts(
    request: Request,
    context: NotificationsContext,
    status: int = 200,
    *,
    saved: str | None = None,
    faults: list[Fault] | None = None,
    typed: dict[tuple[str, str], str] | None = None,
) -> Response:
    today = context.clock.now().astimezone(VIETNAM).date()
    current = {unit.key for unit in context.catalogue.units_on(today)}
    async with context.engine.connect() as tx:
        rows = await lists.contacts(tx, None, None, 2000)
        owing = set(await lists.units_with_duties(tx))
    by_unit: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.unit in owing and row.unit in current:
            by_unit.setdefault(row.unit, {})[row.role] = row
    return page(
        request,
        "contacts.html",
        status,
        units=[(key, by_unit[key]) for key in _in_order(request, context, by_unit)],
        roles=ROLES,
        saved=saved if saved in by_unit else None,
        faults=faults or [],
        typed=typed or {},
    )


def _in_order(request: Request, context: NotificationsContext, units: Iterable[str]) -> list[str]:
    """By the names that the reader sees."""
    spoken = language(request)
    return sorted(units, key=lambda key: (alphabetical(unit_name(context.catalogue, key, spoken)), key))


def _ended(context: NotificationsContext, key: str) -> date | None:
    """The last day of a unit that no longer exists."""
    unit = context.catalogue.units.get(key)
    return unit.valid_to - timedelta(days=1) if unit is not None and unit.valid_to is not None else None


def _coming(context: NotificationsContext, row: Any, today: date) -> dict[str, Any]:
    last = stage.last_day(row.due_at)
    return {
        "last_day": last,
        "days": (last - today).days,
        "working": context.holidays.working_days_between(today, last),
        "owed": row.owed,
        "missing": row.owed - row.submitted,
    }


def _words(context: NotificationsContext) -> dict[str, Any]:
    now = context.clock.now()
    return {
        "form_name": lambda code: form_name(context.catalogue, code),
        "form_title": lambda code: form_title(context.catalogue, code),
        "period_name": period_name,
        "step_days": lambda row: _step_days(row, now),
    }


def _step_days(row: Any, now: datetime) -> int | None:
    """Days left, as its mail says or would say them; None for the notice of a return, which tells no deadline first."""
    if row.stage == stage.RETURNED or row.due_at is None:
        return None
    if row.sent_at is not None:
        return stage.days_left(row.due_at, row.sent_at)
    if row.state in ("superseded", "cancelled"):
        planned: date = row.planned_on
        return (stage.last_day(row.due_at) - planned).days
    coming = row.state in ("planned", "due")
    return stage.days_left(row.due_at, max(row.not_before, now) if coming else row.not_before)
