"""JSON under /api/v1: deadlines, reminders, deliveries, contacts."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from notifications.http.context import Anyone, Context, Keeper, NotificationsContext, sees_addresses, visible_unit
from notifications.http.schemas import (
    ContactIn,
    ContactItem,
    ContactList,
    DeadlineItem,
    DeadlineList,
    DeliveryItem,
    DeliveryList,
    ReminderItem,
    ReminderList,
)
from notifications.rules.reminder import State
from notifications.store import read as lists
from notifications.store import write
from notifications.store.read import Filter
from shared.errors import not_found, precondition_failed
from shared.text import Text
from shared.web.cursor import Cursor, Limit, decode, listing

router = APIRouter(prefix="/api/v1")
Code = Annotated[str | None, Query(max_length=80)]
NO_UNIT = Text("Danh mục không có đơn vị này", "The catalogue has no such unit")
NO_REMINDER = Text("Không có nhắc việc này", "There is no such reminder")


@router.get("/deadlines", response_model=DeadlineList)
async def deadlines(
    person: Anyone,
    context: Context,
    unit: Code = None,
    period: Code = None,
    form: Code = None,
    state: Literal["open", "submitted"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    wanted = Filter(visible_unit(person, unit), period, form, states=(state,) if state else ())
    async with context.engine.connect() as tx:
        rows = await lists.deadlines(tx, wanted, decode(cursor, datetime, UUID), limit)
    now = context.clock.now()
    return listing(
        rows, limit, lambda r: (r.due_at, r.obligation_id), lambda r: DeadlineItem.of(r, now, context.holidays)
    )


@router.get("/reminders", response_model=ReminderList)
async def reminders(
    person: Anyone,
    context: Context,
    unit: Code = None,
    period: Code = None,
    form: Code = None,
    obligation_id: UUID | None = None,
    state: State | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    wanted = Filter(visible_unit(person, unit), period, form, obligation_id, (state,) if state else ())
    async with context.engine.connect() as tx:
        rows = await lists.reminders(tx, wanted, decode(cursor, datetime, UUID), limit)
    shown = sees_addresses(person)
    return listing(rows, limit, lambda r: (r.not_before, r.id), lambda r: ReminderItem.of(r, shown))


@router.get("/reminders/{reminder_id}", response_model=ReminderItem)
async def reminder(reminder_id: UUID, person: Anyone, context: Context) -> Any:
    async with context.engine.connect() as tx:
        row = await lists.reminder_of(tx, reminder_id)
    if row is None or not person.may_act_for(row.unit):
        raise not_found(NO_REMINDER)
    return ReminderItem.of(row, sees_addresses(person))


@router.get("/deliveries", response_model=DeliveryList)
async def deliveries(
    person: Anyone,
    context: Context,
    unit: Code = None,
    period: Code = None,
    state: Literal["sent", "deferred", "failed"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    wanted = Filter(visible_unit(person, unit), period, states=(state,) if state else ())
    async with context.engine.connect() as tx:
        rows = await lists.deliveries(tx, wanted, decode(cursor, datetime, UUID), limit)
    shown = sees_addresses(person)
    return listing(rows, limit, lambda r: (r.finished_at, r.id), lambda r: DeliveryItem.of(r, shown))


@router.get("/contacts", response_model=ContactList)
async def contacts(_: Keeper, context: Context, unit: Code = None, cursor: Cursor = None, limit: Limit = 100) -> Any:
    async with context.engine.connect() as tx:
        rows = await lists.contacts(tx, unit, decode(cursor, str, str), limit)
    return listing(rows, limit, lambda r: (r.unit, r.role), ContactItem.of)


@router.put("/contacts/{unit}", response_model=ContactItem)
async def put_contact(
    unit: str,
    body: ContactIn,
    person: Keeper,
    context: Context,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> Any:
    """Change where a unit's mail goes. What the old address did not get and still matters goes out again."""
    row = await change_contact(context, unit, body.role, body.email, person.subject, if_match)
    response.headers["ETag"] = etag(row)
    return ContactItem.of(row)


async def change_contact(
    context: NotificationsContext, unit: str, role: str, email: str, by: str, if_match: str | None = None
) -> Any:
    if unit not in context.catalogue.units:
        raise not_found(NO_UNIT)
    now = context.clock.now()
    async with context.engine.begin() as tx:
        before = await write.lock_contact(tx, unit, role)
        if if_match not in (None, "*") and (before is None or if_match != etag(before)):
            raise precondition_failed()
        await write.save_contact(tx, unit, role, email, by, now)
        if before is None or before.email != email:
            await write.retry_failed(tx, unit, role, now)
        return await write.lock_contact(tx, unit, role)


def etag(row: Any) -> str:
    told = f"{row.unit}|{row.role}|{row.email}|{row.changed_at.isoformat()}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
