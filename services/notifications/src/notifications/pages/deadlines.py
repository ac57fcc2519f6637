"""The place "Thời hạn": a month, and what goes out to whom when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from notifications.http.context import Anyone, Context, NotificationsContext, sees_addresses, visible_unit
from notifications.pages.month import midnight
from notifications.pages.month_query import SHOWN, MonthQuery, Shown, read_query
from notifications.pages.refused import refused_addresses
from notifications.pages.units import in_order, last_day_of
from notifications.pages.words import words
from notifications.rules.contact import Contact, coordinator_on
from notifications.store import read
from notifications.store.contact import refused_contacts
from notifications.store.read import DeadlineFilter
from notifications.store.records import ComingDeadline, ReminderRecord
from shared.access import Person
from shared.text.figures import last_day
from shared.web.cursor import listing
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROWS = 50
LIST = "#list"
"""The next page of a list begins with the list; the calendar stays above it."""


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
async def deadlines(request: Request, person: Anyone, context: Context) -> Response:
    today = context.clock.today()
    query = read_query(request.query_params, context.catalogue, today)
    month, day, unit = query.month, query.day, query.unit
    since, until = month.window()
    in_month = DeadlineFilter(visible_unit(person, unit), states=SHOWN[query.state], since=since, until=until)
    view = await _read(context, person, in_month, query)
    current = {one.key for one in context.catalogue.units_on(today)}
    listed = listing(view.reminders, ROWS, lambda one: (one.not_before, one.id), lambda one: one)

    def link(**changes: str | None) -> str:
        chosen = {"month": str(month), "unit": unit, "state": query.state, "day": day and day.isoformat()} | changes
        return "?" + urlencode({key: value for key, value in chosen.items() if value})

    return page(
        request,
        "deadlines.html",
        month=month,
        days=view.days,
        day_shown=day,
        today=today,
        rows=listed["items"],
        many=sum(sum(states.values()) for on, states in view.days.items() if day in (None, on)),
        per_page=ROWS,
        next_url=link(cursor=listed["next"]) + LIST if listed["next"] else None,
        first_url=link() + LIST if query.cursor else None,
        coming=[DeadlineCard.of(coming, today, context) for coming in view.coming],
        overdue=view.overdue,
        refused=refused_addresses((one for one in view.refused if one.unit in current), context.channels),
        coordinator=coordinator_on(context.catalogue, today),
        units=[(key, last_day_of(context.catalogue, key)) for key in in_order(request, context.catalogue, view.units)],
        unit=unit,
        state=query.state,
        states=get_args(Shown),
        link=link,
        sees_addresses=sees_addresses(person),
        **words(context),
    )


async def _read(
    context: NotificationsContext, person: Person, in_month: DeadlineFilter, query: MonthQuery
) -> MonthView:
    listed, day = in_month, query.day
    if day is not None:
        listed = replace(in_month, since=midnight(day), until=midnight(day + timedelta(days=1)))
    of_unit = DeadlineFilter(in_month.unit)
    now = context.clock.now()
    async with context.engine.connect() as tx:
        return MonthView(
            reminders=await read.reminders(tx, listed, query.after, ROWS),
            days=await read.by_day(tx, in_month),
            coming=await read.coming_deadlines(tx, of_unit, now, 3),
            overdue=await read.overdue(tx, of_unit, now),
            units=await read.owing_units(tx) if person.own_unit is None else [],
            refused=await refused_contacts(tx, in_month.unit),
        )
