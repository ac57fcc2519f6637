"""A loop that is started again a second after it failed, and remembers for how long it has kept failing."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from shared.loops import pause
from shared.messaging.health.reachability import is_away

RETRY_SECONDS = 1.0
RECOVERED_SECONDS = 30.0  # having run that long, it no longer keeps failing

Loop = Callable[[asyncio.Event], Awaitable[None]]

log = structlog.get_logger()


class GuardedLoop:
    def __init__(self, name: str, loop: Loop) -> None:
        self.name = name
        self._loop = loop
        self._failing_since: float | None = None
        self._started_at = 0.0

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            self._started_at = time.monotonic()
            try:
                await self._loop(stopping)
                return
            except Exception as error:
                log.exception("loop.retry", loop=self.name)
                failing = None if self.failing_for is None else self._failing_since
                self._failing_since = None if is_away(error) else failing or self._started_at
                await pause(stopping, RETRY_SECONDS)

    @property
    def failing_for(self) -> float | None:
        """Seconds since the first of the failures that follow one another closely; None if it works."""
        now = time.monotonic()
        if self._failing_since is None or now - self._started_at > RECOVERED_SECONDS:
            return None
        return now - self._failing_since
