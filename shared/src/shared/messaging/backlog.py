"""What waits in the database of a service: events that did not leave, records that could not be applied, and what it
lacks because it went back."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.relay.heartbeat import COUNTED_AT_MOST

LATE_SECONDS = 60  # the promise: an event leaves within a minute

# One round trip and four looks at the ends of indexes; the counts are bounded.
_BACKLOG = sa.text(
    """
    select (select count(*) from (select from outbox limit :most) as counted),
      coalesce((select extract(epoch from clock_timestamp() - created_at) from outbox order by id limit 1), 0)::float8,
      (select count(*) from (select from dead_letter where state = 'open' limit :most) as counted),
      (select created_at from dead_letter where state = 'open' order by id limit 1),
      (select coalesce(sum(missing), 0)::bigint from setback), (select count(*) from setback)
    """
).bindparams(most=COUNTED_AT_MOST)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The counts of outbox and dead letters go up to `COUNTED_AT_MOST`. `behind`: what the `setbacks` miss in all."""

    outbox: int
    oldest_seconds: float
    dead_letters: int
    oldest_letter_at: datetime | None
    behind: int = 0
    setbacks: int = 0

    @property
    def is_late(self) -> bool:
        return self.oldest_seconds > LATE_SECONDS

    @property
    def things(self) -> int:
        """What somebody has to look at: each dead letter and setback, and an outbox that does not empty."""
        return self.dead_letters + self.is_late + self.setbacks


async def read_backlog(tx: AsyncConnection) -> Backlog:
    return Backlog(*(await tx.execute(_BACKLOG)).one())
