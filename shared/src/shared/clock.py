"""The one clock. Rules get a time passed in; only the edges ask for it, so a demonstration can stand on another day."""

import time
from datetime import UTC, date, datetime, timedelta

from shared.calendar import VIETNAM


class Clock:
    """Real time plus a constant offset (zero in production, see `ServiceSettings`)."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def today(self) -> date:
        """The day in Vietnam."""
        return self.now().astimezone(VIETNAM).date()

    def monotonic(self) -> float:
        """Seconds that only go forward, from no point in particular: for what is kept for a while."""
        return time.monotonic()
