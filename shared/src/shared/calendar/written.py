"""Days and instants as a query or a form writes them: 2026-12-14, and RFC 3339 with its zone. Nothing else is guessed.

`date.fromisoformat` also reads 20261214 and week dates, pydantic also seconds since 1970: whoever wrote 20261128 got an
answer about another time.
"""

import re
from datetime import date, datetime

from shared.calendar.period import YEARS

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# In a query the + of an offset arrives as a blank unless it was escaped; a blank can mean nothing else there.
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?([Zz]|[+ -][0-9]{2}:[0-9]{2})"
)
_OFFICE_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_OTHER_DAYS = (
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
    re.compile(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"),
    re.compile(r"(?P<day>[0-9]{1,2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})"),
)


def iso_day(written: str) -> date:
    """ "2026-12-14". Raises ValueError for any other writing and a day that no calendar has."""
    if not _DAY.fullmatch(written):
        raise ValueError(f"not a day: {written[:40]!r}")
    return date.fromisoformat(written)


def read_day(written: str) -> date:
    """The same of this century. Raises ValueError for a day of another one, too."""
    day = iso_day(written)
    if day.year not in YEARS:
        raise ValueError(f"not a day of this century: {written!r}")
    return day


def read_instant(written: str) -> datetime:
    """An aware instant of this century, from RFC 3339 section 5.6. Raises ValueError, also without a zone."""
    match = _INSTANT.fullmatch(written)
    if match is None or int(written[:4]) not in YEARS:
        raise ValueError(f"not an instant: {written[:40]!r}")
    day, time, fraction, zone = match.groups()
    return datetime.fromisoformat(f"{day}T{time}{fraction or ''}{zone.replace(' ', '+').upper()}")


def meant_day(written: str) -> date | None:
    """The day that another writing most likely means (20261128, 28/11/2026), to offer; never to take."""
    for pattern in _OTHER_DAYS:
        if match := pattern.fullmatch(written.strip()):
            try:
                return date(*(int(match[part]) for part in ("year", "month", "day")))
            except ValueError:
                return None
    return None


def iso_of(written: str) -> str:
    """What a page's input says as the rules read it: 14/12/2026 is 2026-12-14; every other writing stays as it is."""
    match = _OFFICE_DAY.fullmatch(written.strip())
    return f"{match[3]}-{match[2]}-{match[1]}" if match else written


def office_of(written: str) -> str:
    """What stands in a page's input: 2026-12-14 is 14/12/2026; every other writing stays as it was typed."""
    try:
        day = read_day(written)
    except ValueError:
        return written
    return f"{day:%d/%m/}{day.year}"
