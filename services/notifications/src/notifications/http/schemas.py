"""What the API answers and takes, as OpenAPI shows it. Addresses are there for the coordinator and ops only."""

from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError

from notifications.rules import stage
from notifications.rules.contact import is_address
from notifications.rules.reminder import State
from shared.calendar import Holidays
from shared.clock import VIETNAM

ADDRESS_VI = "Phải là một địa chỉ thư điện tử, như so-y-te@daknong.gov.vn."
ADDRESS_EN = "Must be one e-mail address, like so-y-te@daknong.gov.vn."


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
    def of(cls, row: Any, now: datetime, holidays: Holidays) -> Self:
        today, last = now.astimezone(VIETNAM).date(), stage.last_day(row.due_at)
        return cls(
            **{name: getattr(row, name) for name in cls.model_fields if not name.endswith("days_left")},
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
    state: State
    reason: str | None
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    message_id: str | None

    @classmethod
    def of(cls, row: Any, show_address: bool) -> Self:
        own = set(cls.model_fields) - {"recipient", "recipient_role"}
        return cls(
            **{name: getattr(row, name) for name in own},
            recipient_role=row.role,
            recipient=row.email if show_address else None,
        )


class DeliveryItem(BaseModel):
    """One attempt. `recipient` is the role where the address is not shown; `sent_at` is null unless `state` is sent."""

    id: UUID
    reminder_id: UUID
    unit: str
    period: str
    stage: str
    channel: str
    recipient: str
    recipient_role: str
    state: Literal["sent", "deferred", "failed"]
    attempt: int
    sent_at: datetime | None
    tried_at: datetime
    message_id: str
    smtp_code: int | None
    reason_code: str | None

    @classmethod
    def of(cls, row: Any, show_address: bool) -> Self:
        own = set(cls.model_fields) - {"recipient", "recipient_role", "sent_at", "tried_at"}
        return cls(
            **{name: getattr(row, name) for name in own},
            recipient=row.recipient if show_address else row.role,
            recipient_role=row.role,
            sent_at=row.finished_at if row.state == "sent" else None,
            tried_at=row.finished_at,
        )


class ContactItem(BaseModel):
    unit: str
    role: str
    email: str
    from_catalogue: bool
    changed_at: datetime

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            unit=row.unit,
            role=row.role,
            email=row.email,
            from_catalogue=row.changed_by == "catalogue",
            changed_at=row.changed_at,
        )


class ContactIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: Literal["reporter", "head"]
    email: str

    @field_validator("email")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not is_address(value.strip()):
            raise PydanticCustomError("email", ADDRESS_EN, {"vi": ADDRESS_VI, "en": ADDRESS_EN})
        return value.strip()


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
