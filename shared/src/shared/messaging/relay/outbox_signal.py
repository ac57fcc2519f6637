"""When the relay looks at the outbox again: at once when its process has published, else less and less often.

The pool tells it: a connection that wrote events comes back when its transaction is over. What another process
published (`api` and `worker` apart) is found by looking: soon while there is much to send, after `LONGEST_SECONDS` at
most. Where the API is of this process, only a command that somebody runs beside it publishes elsewhere, and it may wait
for `LONGEST_TOGETHER_SECONDS`. Why it is no `NOTIFY` stands in docs/decisions/0021-idle.md.
"""

import asyncio
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

FIRST_SECONDS = 0.01
LONGEST_SECONDS = 0.25
LONGEST_TOGETHER_SECONDS = 1.0

_PUBLISHED = "tiendo.published"


def mark_published(tx: AsyncConnection) -> None:
    """The connection of `tx` carries events: once it is back in its pool, whoever hears the engine is told."""
    tx.info[_PUBLISHED] = True


class OutboxSignal:
    def __init__(self) -> None:
        self._raised = asyncio.Event()
        self._pause = FIRST_SECONDS
        self._longest = LONGEST_SECONDS

    def hear(self, engine: AsyncEngine) -> None:
        """Be raised by every transaction of this engine that published, committed or not."""
        sa.event.listen(engine.sync_engine, "checkin", self._returned)

    def hear_the_api(self, engine: AsyncEngine) -> None:
        """It is of this process: nearly all that there is to send is heard of."""
        self.hear(engine)
        self._longest = LONGEST_TOGETHER_SECONDS

    def _returned(self, _: Any, record: Any) -> None:
        if record.info.pop(_PUBLISHED, False):
            self.raise_()

    @property
    def raised(self) -> bool:
        """Since the last wait."""
        return self._raised.is_set()

    def raise_(self) -> None:
        self._raised.set()

    async def wait(self) -> None:
        """Until it is raised, or for a pause twice as long as the one before."""
        try:
            async with asyncio.timeout(self._pause):
                await self._raised.wait()
        except TimeoutError:
            self._pause = min(2 * self._pause, self._longest)
        else:
            self.look_soon()
        self._raised.clear()

    def look_soon(self) -> None:
        """There was something to send; more may follow."""
        self._pause = FIRST_SECONDS
