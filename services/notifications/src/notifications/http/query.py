"""What the lists are narrowed to, and where they go on."""

from typing import Literal

from pydantic import BaseModel

from notifications.http.context import visible_unit
from notifications.rules.reminder import ReminderState
from notifications.store.read import DeadlineFilter
from shared.access import Person
from shared.web.cursor import Cursor, Limit
from shared.web.query.parameters import FormCode, Given, Id, ReportingPeriod, Unit


class ListQuery(BaseModel, frozen=True):
    unit: Unit = None
    period: ReportingPeriod = None
    cursor: Cursor = None
    limit: Limit = 100


class DeadlineQuery(ListQuery):
    form: FormCode = None
    state: Given[Literal["open", "submitted"]] = None


class ReminderQuery(ListQuery):
    form: FormCode = None
    obligation_id: Id = None
    state: Given[ReminderState] = None


class DeliveryQuery(ListQuery):
    state: Given[Literal["sent", "deferred", "failed"]] = None


def filter_of(person: Person, query: DeadlineQuery | ReminderQuery | DeliveryQuery) -> DeadlineFilter:
    """The fields of a query are named as those of the filter. 403 for a unit that is not the person's to read."""
    unit = visible_unit(person, query.unit)
    others = query.model_dump(exclude={"unit", "state", "cursor", "limit"})
    return DeadlineFilter(unit, states=(query.state,) if query.state else (), **others)
