"""The parameters that lists share, each with one reader. An empty value is none: forms send their empty fields, too."""

from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from shared.calendar.written import meant_day, read_day, read_instant
from shared.text import Text
from shared.text.identifier import read_uuid
from shared.web.query.known import KnownForm, KnownPeriod, KnownTopic, KnownUnit, shown
from shared.web.texts import text

Parsed = TypeVar("Parsed")


def blank_is_none(value: Any) -> Any:
    """Values come without the blanks around them."""
    if isinstance(value, str):
        return value.strip() or None
    return value


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return read_day(value)
    except ValueError:
        raise refusal("not_a_day", not_a_day(value)) from None


def not_a_day(value: str) -> Text:
    meant = meant_day(value)
    key = "web.query.not-a-day" if meant is None else "web.query.day-in-another-writing"
    return text(key, value=shown(value), meant=meant)


def _instant(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return read_instant(value)
    except ValueError:
        raise refusal("not_an_instant", text("web.query.not-an-instant", value=shown(value))) from None


def _id(value: Any) -> Any:
    return (read_uuid(value) or value) if isinstance(value, str) else value


def refusal(kind: Any, why: Text) -> PydanticCustomError:
    """For a validator of a parameter: `kind` becomes the code of the fault."""
    return PydanticCustomError(kind, "refused", {"vi": why.vi, "en": why.en})


# `unit: Unit = None` as a parameter of a route, or as a field of a model of a query.
Given = Annotated[Parsed | None, BeforeValidator(blank_is_none)]
Unit = Annotated[str | None, AfterValidator(blank_is_none), KnownUnit()]
ReportingPeriod = Annotated[str | None, AfterValidator(blank_is_none), KnownPeriod()]
FormCode = Annotated[str | None, AfterValidator(blank_is_none), KnownForm()]
Topic = Annotated[str | None, AfterValidator(blank_is_none), KnownTopic()]
Day = Annotated[date | None, BeforeValidator(_day), BeforeValidator(blank_is_none)]
Instant = Annotated[datetime | None, BeforeValidator(_instant), BeforeValidator(blank_is_none)]
# As a UUID may be written (RFC 9562): in capitals, with urn:uuid:, in braces, without hyphens.
Id = Annotated[UUID | None, BeforeValidator(_id), BeforeValidator(blank_is_none)]
