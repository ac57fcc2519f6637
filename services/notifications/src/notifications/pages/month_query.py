"""What the page "Thời hạn" is asked for. What cannot be understood is told in words of the page, all of it at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

from starlette.datastructures import QueryParams

from notifications.pages.month import Month
from notifications.rules.texts import text
from notifications.store.read import LIVE, After
from shared.catalogue import Catalogue
from shared.errors import Problem, invalid
from shared.text import Fault, figures
from shared.web.cursor import decode

Shown = Literal["live", "planned", "due", "sent", "failed", "stopped", "all"]
SHOWN: dict[Shown, tuple[str, ...]] = {
    "live": LIVE,
    "planned": ("planned",),
    "due": ("due",),
    "sent": ("sent",),
    "failed": ("failed",),
    "stopped": ("superseded", "cancelled"),
    "all": (),
}
MONTHS = (re.compile(r"(?P<year>20\d\d)-(?P<month>\d\d)"), re.compile(r"(?P<month>\d\d?)/(?P<year>20\d\d)"))
DAYS = (
    re.compile(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)"),
    re.compile(r"(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>20\d\d)"),
)
ReadT = TypeVar("ReadT")


@dataclass(frozen=True, slots=True)
class MonthQuery:
    """`after` is what `cursor` says."""

    month: Month
    day: date | None
    unit: str | None
    state: Shown
    cursor: str | None
    after: After


def read_query(params: QueryParams, catalogue: Catalogue, today: date) -> MonthQuery:
    """Without a month it is that of the day, or this one. Problem 422 with every fault."""
    faults: list[Fault] = []
    written = {"month": f"{today:%m/%Y}", "day": figures.day(today)}

    def fault(name: str, given: str) -> Fault:
        return Fault(name, "", text(f"deadlines.wrong.{name}", given=given[:200], **written))

    def read(name: str, kind: Callable[[str], ReadT]) -> ReadT | None:
        given = params.getlist(name)
        if len(given) > 1:
            faults.append(fault(name, " + ".join(given)))
            return None
        if not given or not given[0]:
            return None
        try:
            return kind(given[0])
        except (ValueError, KeyError, Problem):
            faults.append(fault(name, given[0]))
            return None

    day = read("day", lambda given: _date(given, DAYS))
    month = read("month", lambda given: Month.of(_date(given, MONTHS)))
    unit = read("unit", lambda given: catalogue.units[given].key)
    state = read("state", _shown)
    after: Any = read("cursor", lambda given: decode(given, datetime, UUID))
    if faults:
        raise invalid(faults)
    return MonthQuery(month or Month.of(day or today), day, unit, state or "live", params.get("cursor") or None, after)


def _date(given: str, forms: tuple[re.Pattern[str], ...]) -> date:
    """The first of the month where the form has no day. Raises ValueError."""
    for form in forms:
        if found := form.fullmatch(given.strip()):
            return date(**({"day": 1} | {name: int(part) for name, part in found.groupdict().items()}))
    raise ValueError(given)


def _shown(given: str) -> Shown:
    for one in SHOWN:
        if one == given:
            return one
    raise ValueError(given)
