"""Keyset pages of a list: `{"items": […], "next": cursor | null}` (docs/design.md 6.1).

Query the store for `limit + 1` rows after `decode(cursor, datetime, UUID)`; answer `listing(rows, limit, key, item)`.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypedDict, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError, PydanticUseDefault

from shared.errors import Problem
from shared.text import Fault
from shared.text.words import excerpt
from shared.web.texts import text

MAX_LIMIT = 500


def _limit(value: Any) -> Any:
    """pydantic would also read 1_0, +5 and 5.0. An empty value is none, as of every parameter."""
    if isinstance(value, str) and not value.strip():
        raise PydanticUseDefault
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and 0 < int(value[:9]) <= MAX_LIMIT):
        why = text("web.query.not-a-limit", value=excerpt(value, 80), most=MAX_LIMIT)
        raise PydanticCustomError("not_a_limit", "refused", {"vi": why.vi, "en": why.en})
    return value


BETWEEN: dict[str, Any] = {"minimum": 1, "maximum": MAX_LIMIT}  # as `_limit` has it
Limit = Annotated[int, BeforeValidator(_limit), Query(description="how many items at most", json_schema_extra=BETWEEN)]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before")]
Row = TypeVar("Row")
Key = str | int | Decimal | date | datetime | UUID


class Listing(TypedDict):
    items: list[Any]
    next: str | None


def encode(*key: Key) -> str:
    """An opaque, URL-safe text of the last row's sort key."""
    plain = [
        part if isinstance(part, int) else part.isoformat() if isinstance(part, date) else str(part) for part in key
    ]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str | None, *kinds: type[Key]) -> tuple[Any, ...] | None:
    """The sort key, each part of its kind; None for none or an empty one. Problem 400 if `encode` did not write it."""
    if not cursor:
        return None
    try:
        plain = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        return tuple(_part(part, kind) for part, kind in zip(plain, kinds, strict=True))
    except (ValueError, TypeError, ArithmeticError, RecursionError, binascii.Error):
        raise bad_cursor() from None


def _part(part: object, kind: type[Key]) -> Key:
    if kind is int and isinstance(part, int) and not isinstance(part, bool):
        return part
    if kind is int or not isinstance(part, str) or "\0" in part:  # PostgreSQL has no NUL in text
        raise TypeError("a part of another kind")
    return READERS[kind](part)


def _instant(part: str) -> datetime:
    instant = datetime.fromisoformat(part)
    if instant.tzinfo is None:
        raise ValueError("an instant without its time zone")
    return instant.astimezone(UTC)


def _decimal(part: str) -> Decimal:
    number = Decimal(part)
    if not number.is_finite():
        raise ValueError("not a number")
    return number


READERS: dict[type[Key], Callable[[str], Key]] = {
    datetime: _instant,
    date: date.fromisoformat,
    UUID: UUID,
    Decimal: _decimal,
    str: str,
}


def bad_cursor() -> Problem:
    fault = Fault("cursor-invalid", "/query/cursor", text("web.refused.cursor.advice"))
    return Problem(400, "cursor-invalid", text("web.refused.cursor"), [fault])


def listing(
    rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[Key]], item: Callable[[Row], Any]
) -> Listing:
    """The answer from up to `limit + 1` rows: the extra row only tells that there is a next page."""
    shown = rows[:limit]
    return {
        "items": [item(row) for row in shown],
        "next": encode(*key(shown[-1])) if len(rows) > limit else None,
    }
