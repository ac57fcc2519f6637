"""Numbers, days and instants as an office writes them: 1.234,5 and 14/12/2026 23:12, in Vietnam's time."""

from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext

from babel.numbers import format_decimal

from shared.calendar import VIETNAM
from shared.text import Language, Text
from shared.text.decimals import WIDE, half_up
from shared.text.texts import text

NONE = "–"


def number(value: Decimal | int | str | None, decimals: int | None = None, *, language: Language = "vi") -> str:
    """All given digits, or rounded half up to `decimals`. `–` for None."""
    if value is None:
        return NONE
    exact = value if isinstance(value, Decimal) else Decimal(value)
    with localcontext(WIDE):  # Babel rounds to the context, and refuses what does not fit it
        if decimals is None:
            return str(format_decimal(exact, locale=language, decimal_quantization=False))
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(half_up(exact, decimals), format=pattern, locale=language))


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return value.astimezone(VIETNAM)


def day(value: date | datetime | None) -> str:
    """14/12/2026: an aware datetime is the day it is in Vietnam."""
    if value is None:
        return NONE
    local = _local(value) if isinstance(value, datetime) else value
    return f"{local.day:02}/{local.month:02}/{local.year}"


def instant(value: datetime | None, *, seconds: bool = False) -> str:
    """14/12/2026 23:12 in Vietnam."""
    if value is None:
        return NONE
    local = _local(value)
    return f"{day(local)} {local:%H:%M:%S}" if seconds else f"{day(local)} {local:%H:%M}"


def last_day(due_at: datetime) -> date:
    """The last day in time: "trước ngày 15/12" is 15 December 00:00, exclusive, so the 14th."""
    return (_local(due_at) - timedelta(microseconds=1)).date()


def days_left(days: int, working: int | None = None) -> Text:
    """Days from today to the last day in time; 0 is today, negative is overdue. `working` days in brackets."""
    if days < 0:
        return text("due.overdue", count=-days)
    if days == 0:
        return text("due.today")
    left = text("due.in_days", count=days)
    return left if working is None else text("due.working", left=left, count=working)
