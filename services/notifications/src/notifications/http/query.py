"""What the lists are narrowed to, and where they go on."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from notifications.http.context import visible_unit
from notifications.rules.reminder import ReminderState
from notifications.store.read import DeadlineFilter
from shared.access import Person
from shared.web.cursor import Cursor, Limit

Code = Annotated[str | None, Query(max_length=80)]


class ListQuery(BaseModel, frozen=True):
    unit: Code = None
    period: Code = None
    cursor: Cursor = None
    limit: Limit = 100


class DeadlineQuery(ListQuery):
    form: Code = None
    state: Literal["open", "submitted"] | None = None


class ReminderQuery(ListQuery):
    form: Code = None
    obligation_id: UUID | None = None
    state: ReminderState | None = None


class DeliveryQuery(ListQuery):
    state: Literal["sent", "deferred", "failed"] | None = None


def filter_of(person: Person, query: DeadlineQuery | ReminderQuery | DeliveryQuery) -> DeadlineFilter:
    """The fields of a query are named as those of the filter. 403 for a unit that is not the person's to read."""
    unit = visible_unit(person, query.unit)
    others = query.model_dump(exclude={"unit", "state", "cursor", "limit"})
    return DeadlineFilter(unit, states=(query.state,) if query.state else (), **others)
