"""JSON under /api/v1: deadlines, reminders, deliveries."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.http.context import Anyone, Context
from notifications.http.query import DeadlineQuery, DeliveryQuery, ReminderQuery, filter_of
from notifications.http.schemas import (
    DeadlineItem,
    DeadlineList,
    DeliveryItem,
    DeliveryList,
    ReminderItem,
    ReminderList,
)
from notifications.rules.texts import text
from notifications.store import read
from notifications.store.records import ReminderRecord
from shared.access import Person, may_access
from shared.errors import not_found
from shared.web.cursor import decode, listing

router = APIRouter(prefix="/api/v1")


@router.get("/deadlines", response_model=DeadlineList)
async def deadlines(person: Anyone, context: Context, query: Annotated[DeadlineQuery, Query()]) -> Any:
    chosen, after = filter_of(person, query), decode(query.cursor, datetime, UUID)
    async with context.engine.connect() as tx:
        records = await read.deadlines(tx, chosen, after, query.limit)
    now = context.clock.now()
    return listing(
        records,
        query.limit,
        lambda record: (record.due_at, record.obligation_id),
        lambda record: DeadlineItem.of(record, now, context.holidays),
    )


@router.get("/reminders", response_model=ReminderList)
async def reminders(person: Anyone, context: Context, query: Annotated[ReminderQuery, Query()]) -> Any:
    chosen, after = filter_of(person, query), decode(query.cursor, datetime, UUID)
    async with context.engine.connect() as tx:
        records = await read.reminders(tx, chosen, after, query.limit)
    return listing(
        records,
        query.limit,
        lambda record: (record.not_before, record.id),
        lambda record: ReminderItem.of(record, context.address_for(person, record.channel, record.address)),
    )


@router.get("/reminders/{reminder_id}", response_model=ReminderItem)
async def reminder(reminder_id: UUID, person: Anyone, context: Context) -> Any:
    async with context.engine.connect() as tx:
        record = await find_reminder(tx, person, reminder_id)
    return ReminderItem.of(record, context.address_for(person, record.channel, record.address))


async def find_reminder(tx: AsyncConnection, person: Person, reminder_id: UUID) -> ReminderRecord:
    """404 for none, and for one that is not the person's to read."""
    record = await read.reminder_of(tx, reminder_id)
    if record is None or not may_access(person, record.unit):
        raise not_found(text("reminder.unknown"))
    return record


@router.get("/deliveries", response_model=DeliveryList)
async def deliveries(person: Anyone, context: Context, query: Annotated[DeliveryQuery, Query()]) -> Any:
    chosen, after = filter_of(person, query), decode(query.cursor, datetime, UUID)
    async with context.engine.connect() as tx:
        records = await read.deliveries(tx, chosen, after, query.limit)
    return listing(
        records,
        query.limit,
        lambda record: (record.finished_at, record.id),
        lambda record: DeliveryItem.of(record, context.address_for(person, record.channel, record.recipient)),
    )
