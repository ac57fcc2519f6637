"""The time the local system believes in, for trying out deadlines: `tiendo up --now 2026-12-10`."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tiendo_local.console import LocalFault

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = time(8, 0)  # a date alone means its morning


def parse_now(text: str) -> datetime:
    """An instant from a date, or a date with a time; Vietnam's time unless it names another. Raises LocalFault."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), MORNING, VIETNAM).astimezone(UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        example = "2026-12-10 or 2026-12-10T08:30"
        raise LocalFault(f"--now `{text}` is neither a date nor a date with a time. Write it as {example}.") from None
    return (found if found.tzinfo else found.replace(tzinfo=VIETNAM)).astimezone(UTC)


def offset_seconds(now: datetime, real: datetime) -> float:
    """What to add to the real clock to get `now`, in whole seconds."""
    return float(round((now - real).total_seconds()))


def periods_begun(now: datetime) -> list[str]:
    """The year, its quarters, and those of the next year, as far as their data window has begun in Vietnam."""
    from shared.calendar import Period

    today = now.astimezone(VIETNAM).date()
    names = [n for year in (today.year, today.year + 1) for n in (str(year), *(f"{year}-Q{q}" for q in range(1, 5)))]
    return [name for name in names if Period.parse(name).start <= today]
