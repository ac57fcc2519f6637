"""What the API answers and takes, as OpenAPI shows it. Addresses are there for the coordinator and ops only."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from notifications.rules import stage
from notifications.rules.contact import Contact, in_order
from notifications.rules.reminder import ReminderState
from notifications.rules.texts import text
from notifications.store.records import DeadlineRecord, DeliveryRecord, ReminderRecord
from shared.calendar import VIETNAM, Holidays
from shared.text.figures import last_day

EMAIL = "email"
"""The channel whose address the member `email` has held since before there were channels."""


class DeadlineItem(BaseModel):
    """`days_left` counts to the last day in time: 0 is today, negative is overdue."""

    obligation_id: UUID
    obligation: str
    unit: str
    form: str
    period: str
    due_at: datetime
    state: Literal["open", "submitted"]
    days_left: int
    working_days_left: int
    next_stage: str | None
    next_at: datetime | None

    @classmethod
    def of(cls, record: DeadlineRecord, now: datetime, holidays: Holidays) -> Self:
        today, last = now.astimezone(VIETNAM).date(), last_day(record.due_at)
        return cls(
            **asdict(record),
            days_left=(last - today).days,
            working_days_left=holidays.working_days_between(today, last),
        )


class ReminderItem(BaseModel):
    id: UUID
    obligation_id: UUID
    obligation: str
    unit: str
    form: str
    period: str
    due_at: datetime | None
    stage: str
    channel: str
    recipient_role: str
    recipient: str | None
    planned_on: date
    not_before: datetime
    expires_at: datetime
    state: ReminderState
    reason: str | None
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    message_id: str | None

    @classmethod
    def of(cls, record: ReminderRecord, shown_address: str | None) -> Self:
        """`shown_address` is None where the reader may not see it."""
        values = asdict(record)
        del values["address"]
        return cls(recipient_role=values.pop("role"), recipient=shown_address, **values)


class DeliveryItem(BaseModel):
    """One attempt. `recipient` is the role where the address is not shown; `sent_at` is null unless `state` is sent.

    `recipient_roles` are all whom the message was for: those of the unit who share one mailbox get one message a step.
    """

    id: UUID
    reminder_id: UUID
    unit: str
    period: str
    stage: str
    channel: str
    recipient: str
    recipient_role: str
    recipient_roles: list[str]
    state: Literal["sent", "deferred", "failed"]
    attempt: int
    sent_at: datetime | None
    tried_at: datetime
    message_id: str
    smtp_code: int | None
    reason_code: str | None

    @classmethod
    def of(cls, record: DeliveryRecord, shown_address: str | None) -> Self:
        """`shown_address` is None where the reader may not see it."""
        return cls(
            id=record.id,
            reminder_id=record.reminder_id,
            unit=record.unit,
            period=record.period,
            stage=record.stage,
            channel=record.channel,
            recipient=shown_address or record.role,
            recipient_role=record.role,
            recipient_roles=in_order(record.roles),
            state=record.state,
            attempt=record.attempt,
            sent_at=record.finished_at if record.state == "sent" else None,
            tried_at=record.finished_at,
            message_id=record.message_id,
            smtp_code=record.reply_code,
            reason_code=record.reason_code,
        )


class ContactItem(BaseModel):
    """One address. `email` repeats it for the channel `email` and is empty for any other.

    `etag` is what a change of it names in If-Match. `refused_since` is the instant since which the far side has refused
    it for good, null once a message arrived.
    """

    unit: str
    role: str
    channel: str
    address: str
    email: str
    from_catalogue: bool
    changed_at: datetime
    refused_since: datetime | None
    etag: str

    @classmethod
    def of(cls, contact: Contact) -> Self:
        return cls(
            unit=contact.unit,
            role=contact.role,
            channel=contact.channel,
            address=contact.address,
            email=contact.address if contact.channel == EMAIL else "",
            from_catalogue=contact.from_catalogue,
            changed_at=contact.changed_at,
            refused_since=contact.refused_at,
            etag=contact.etag,
        )


class ContactIn(BaseModel):
    """The address stands in `address`; `email` is its name of earlier days and goes with the channel `email`."""

    model_config = ConfigDict(extra="forbid")
    role: stage.Role
    channel: str | None = Field(None, max_length=80, description="the default channel, unless given")
    address: str | None = None
    email: str | None = None

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        other_channel = self.email is not None and self.channel not in (None, EMAIL)
        if other_channel or (self.address is None) == (self.email is None):
            vi, en = text("contact.address_missing")
            raise PydanticCustomError("address", en, {"vi": vi, "en": en})
        return self

    @property
    def given_address(self) -> tuple[Literal["address", "email"], str]:
        """The member, and what it says."""
        if self.email is not None:
            return "email", self.email.strip()
        return "address", (self.address or "").strip()


class DeadlineList(BaseModel):
    items: list[DeadlineItem]
    next: str | None


class ReminderList(BaseModel):
    items: list[ReminderItem]
    next: str | None


class DeliveryList(BaseModel):
    items: list[DeliveryItem]
    next: str | None


class ContactList(BaseModel):
    items: list[ContactItem]
    next: str | None
