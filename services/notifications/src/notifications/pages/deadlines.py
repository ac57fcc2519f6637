"""The place "Thời hạn": a month, and what goes out to whom when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from notifications.http.context import (
    Anyone,
    Context,
    NotificationsContext,
    opens_contacts,
    sees_addresses,
    visible_unit,
)
from notifications.pages.month import Month, MonthChoice, midnight
from notifications.pages.refused import refused_addresses
from notifications.pages.units import in_order, last_day_of
from notifications.pages.words import words
from notifications.rules.contact import Contact, coordinator_on
from notifications.store import read
from notifications.store.contact import refused_contacts
from notifications.store.read import LIVE, DeadlineFilter
from notifications.store.records import ComingDeadline, ReminderRecord
from shared.access import Person
from shared.text.figures import last_day
from shared.web.cursor import Cursor, decode, listing
from shared.web.query.parameters import Day, Unit
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROWS = 50
LIST = "#list"
"""The next page of a list begins with the list; the calendar stays above it."""
Shown = Literal["live", "planned", "due", "sent", "failed", "stopped", "all"]
SHOWN: dict[Shown, tuple[str, ...]] = {
    "live": LIVE,
    "planned": ("planned",),
    "due": ("due",),
    "sent": ("sent",),
    "failed": ("failed",),
    "stopped": ("superseded", "cancelled"),
    "all": (),
}


@dataclass(frozen=True, slots=True)
class DeadlineCard:
    """One of the next deadlines: how many days are left, of them `working`, and how many forms are missing."""

    last_day: date
    days: int
    working: int
    owed: int
    missing: int

    @classmethod
    def of(cls, coming: ComingDeadline, today: date, context: NotificationsContext) -> "DeadlineCard":
        last = last_day(coming.due_at)
        working = context.holidays.working_days_between(today, last)
        return cls(last, (last - today).days, working, coming.owed, coming.owed - coming.submitted)


@dataclass(frozen=True, slots=True)
class MonthView:
    """What the page shows of the database."""

    reminders: Sequence[ReminderRecord]
    days: dict[date, dict[str, int]]
    coming: Sequence[ComingDeadline]
    overdue: int
    units: Sequence[str]
    refused: Sequence[Contact]


@router.get("/deadlines")
async def deadlines(
    request: Request,
    person: Anyone,
    context: Context,
    month: MonthChoice = None,
    day: Day = None,
    unit: Unit = None,
    state: Shown = "live",
    cursor: Cursor = None,
) -> Response:
    today = context.clock.today()
    shown_month = Month.parse(month) if month else Month.of(day or today)
    since, until = shown_month.window()
    in_month = DeadlineFilter(visible_unit(person, unit), states=SHOWN[state], since=since, until=until)
    view = await _read(context, person, in_month, day, cursor)
    current = {one.key for one in context.catalogue.units_on(today)}
    listed = listing(view.reminders, ROWS, lambda one: (one.not_before, one.id), lambda one: one)

    def link(**changes: str | None) -> str:
        chosen = {"month": str(shown_month), "unit": unit, "state": state, "day": day and day.isoformat()} | changes
        return "?" + urlencode({key: value for key, value in chosen.items() if value})

    return page(
        request,
        "deadlines.html",
        month=shown_month,
        days=view.days,
        day_shown=day,
        today=today,
        rows=listed["items"],
        many=sum(sum(states.values()) for on, states in view.days.items() if day in (None, on)),
        per_page=ROWS,
        next_url=link(cursor=listed["next"]) + LIST if listed["next"] else None,
        first_url=link() + LIST if cursor else None,
        coming=[DeadlineCard.of(coming, today, context) for coming in view.coming],
        overdue=view.overdue,
        refused=refused_addresses((one for one in view.refused if one.unit in current), context.channels),
        coordinator=coordinator_on(context.catalogue, today),
        units=[(key, last_day_of(context.catalogue, key)) for key in in_order(request, context.catalogue, view.units)],
        unit=unit,
        state=state,
        states=get_args(Shown),
        link=link,
        sees_addresses=sees_addresses(person),
        opens_contacts=opens_contacts(person),
        **words(context),
    )


async def _read(
    context: NotificationsContext, person: Person, in_month: DeadlineFilter, day: date | None, cursor: str | None
) -> MonthView:
    listed = in_month
    if day is not None:
        listed = replace(in_month, since=midnight(day), until=midnight(day + timedelta(days=1)))
    after = decode(cursor, datetime, UUID)
    of_unit = DeadlineFilter(in_month.unit)
    now = context.clock.now()
    async with context.engine.connect() as tx:
        return MonthView(
            reminders=await read.reminders(tx, listed, after, ROWS),
            days=await read.by_day(tx, in_month),
            coming=await read.coming_deadlines(tx, of_unit, now, 3),
            overdue=await read.overdue(tx, of_unit, now),
            units=await read.owing_units(tx) if person.own_unit is None else [],
            refused=await refused_contacts(tx, in_month.unit),
        )
