import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, Self

Frequency = Literal["year", "quarter"]

WINDOW_DAY = 15
YEARS = range(2000, 2100)
_TEXT = re.compile(r"(?P<year>20[0-9]{2})(?:-Q(?P<quarter>[1-4]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting year or quarter, with the data window of Decree 09/2019/NĐ-CP, article 12.

    A year runs from 15 December of the year before to 14 December; its quarters end on 14 March, 14 June,
    14 September and 14 December, so the four of them are exactly the year.
    """

    year: int
    quarter: int | None = None

    def __post_init__(self) -> None:
        if self.year not in YEARS or self.quarter not in (None, 1, 2, 3, 4):
            raise ValueError(f"not a period: year {self.year}, quarter {self.quarter}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026" or "2026-Q3". Raises ValueError for anything else."""
        return cls(*_year_and_quarter(text))

    @classmethod
    def containing(cls, day: date, frequency: Frequency = "year") -> Self:
        """The period whose data window holds the day: 15 December already belongs to the next year."""
        shifted = _shift_month(day) if day.day >= WINDOW_DAY else day
        return cls(shifted.year, (shifted.month + 2) // 3 if frequency == "quarter" else None)

    def __str__(self) -> str:
        return f"{self.year}" if self.quarter is None else f"{self.year}-Q{self.quarter}"

    @property
    def frequency(self) -> Frequency:
        return "year" if self.quarter is None else "quarter"

    @property
    def last_month(self) -> int:
        return 12 if self.quarter is None else 3 * self.quarter

    @property
    def start(self) -> date:
        """First day of the data window, inclusive."""
        if self.quarter in (None, 1):
            return date(self.year - 1, 12, WINDOW_DAY)
        return date(self.year, self.last_month - 3, WINDOW_DAY)

    @property
    def cut_off(self) -> date:
        """Last day of the data window, inclusive."""
        return date(self.year, self.last_month, WINDOW_DAY - 1)

    @property
    def quarters(self) -> "tuple[Period, ...]":
        """The four quarters of a year; a quarter's own is itself."""
        if self.quarter is not None:
            return (self,)
        return tuple(Period(self.year, quarter) for quarter in (1, 2, 3, 4))

    @property
    def previous(self) -> "Period":
        return Period.containing(self.start - timedelta(days=1), self.frequency)

    @property
    def next(self) -> "Period":
        return Period.containing(self.cut_off + timedelta(days=1), self.frequency)

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.cut_off


@lru_cache(maxsize=1_000)
def _year_and_quarter(text: str) -> tuple[int, int | None]:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"not a period: {text!r} (write 2026 or 2026-Q3)")
    quarter = match["quarter"]
    return int(match["year"]), int(quarter) if quarter else None


def _shift_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
