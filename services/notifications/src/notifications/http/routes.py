"""JSON under /api/v1: deadlines, reminders, deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from notifications.http.context import Anyone, Context, sees_addresses, visible_unit
from notifications.http.schemas import (
    DeadlineItem,
    DeadlineList,
    DeliveryItem,
    DeliveryList,
    ReminderItem,
    ReminderList,
)
from notifications.rules.reminder import ReminderState
from notifications.rules.texts import text
from notifications.store import read
from notifications.store.read import DeadlineFilter
from shared.access import may_access
from shared.errors import not_found
from shared.web.cursor import Cursor, Limit, decode, listing

router = APIRouter(prefix="/api/v1")
Code = Annotated[str | None, Query(max_length=80)]


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
    chosen = DeadlineFilter(visible_unit(person, unit), period, form, states=(state,) if state else ())
    async with context.engine.connect() as tx:
        records = await read.deadlines(tx, chosen, decode(cursor, datetime, UUID), limit)
    now = context.clock.now()
    return listing(
        records,
        limit,
        lambda record: (record.due_at, record.obligation_id),
        lambda record: DeadlineItem.of(record, now, context.holidays),
    )


@router.get("/reminders", response_model=ReminderList)
async def reminders(
    person: Anyone,
    context: Context,
    unit: Code = None,
    period: Code = None,
    form: Code = None,
    obligation_id: UUID | None = None,
    state: ReminderState | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    chosen = DeadlineFilter(visible_unit(person, unit), period, form, obligation_id, (state,) if state else ())
    async with context.engine.connect() as tx:
        records = await read.reminders(tx, chosen, decode(cursor, datetime, UUID), limit)
    shown = sees_addresses(person)
    return listing(
        records,
        limit,
        lambda record: (record.not_before, record.id),
        lambda record: ReminderItem.of(
            record, context.shown_address(record.channel, record.address) if shown else None
        ),
    )


@router.get("/reminders/{reminder_id}", response_model=ReminderItem)
async def reminder(reminder_id: UUID, person: Anyone, context: Context) -> Any:
    async with context.engine.connect() as tx:
        record = await read.reminder_of(tx, reminder_id)
    if record is None or not may_access(person, record.unit):
        raise not_found(text("reminder.unknown"))
    shown = sees_addresses(person)
    return ReminderItem.of(record, context.shown_address(record.channel, record.address) if shown else None)


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
    chosen = DeadlineFilter(visible_unit(person, unit), period, states=(state,) if state else ())
    async with context.engine.connect() as tx:
        records = await read.deliveries(tx, chosen, decode(cursor, datetime, UUID), limit)
    shown = sees_addresses(person)
    return listing(
        records,
        limit,
        lambda record: (record.finished_at, record.id),
        lambda record: DeliveryItem.of(
            record, context.shown_address(record.channel, record.recipient) if shown else None
        ),
    )
