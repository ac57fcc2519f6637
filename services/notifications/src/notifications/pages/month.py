"""A month on a wall calendar: weeks from Monday to Sunday."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator

from notifications.rules.texts import text
from shared.calendar import VIETNAM
from shared.web.query.parameters import refusal

WRITTEN = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Month:
    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-12", of this century. Raises ValueError."""
        if not WRITTEN.fullmatch(text):
            raise ValueError(f"not a month: {text[:40]!r}")
        return cls(date.fromisoformat(f"{text}-01"))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def next(self) -> "Month":
        return Month.of(self.first + timedelta(days=31))

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def weeks(self) -> list[list[date | None]]:
        """Days of other months are None."""
        start = self.first - timedelta(days=self.first.weekday())
        days = [start + timedelta(days=n) for n in range(42)]
        rows = [days[n : n + 7] for n in range(0, 42, 7)]
        kept = [row for row in rows if any(Month.of(day) == self for day in row)]
        return [[day if Month.of(day) == self else None for day in row] for row in kept]

    def window(self) -> tuple[datetime, datetime]:
        """First instant, and the first one after it."""
        return midnight(self.first), midnight(self.next.first)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def _of_calendar(value: str | None) -> str | None:
    if value is None or not value.strip():
        return None
    try:
        return str(Month.parse(value.strip()))
    except ValueError:
        raise refusal("not_a_month", text("month.unknown", value=value[:80])) from None


MonthChoice = Annotated[str | None, AfterValidator(_of_calendar)]
"""As it stands in an address; FastAPI takes no dataclass from a query."""
