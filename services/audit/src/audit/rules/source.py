"""A source: a service that numbers its events, and what may be wrong with what came of it."""

from datetime import datetime, timedelta
from typing import Literal, get_args

# missing: numbers that have not come; forked: one number, two events; unchained: not the hash of the event before.
Kind = Literal["missing", "forked", "unchained"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def is_silent(heartbeat_at: datetime | None, event_at: datetime | None, now: datetime, after: timedelta) -> bool:
    """Whether the source has sent no heartbeat for longer than `after`; one that never did, no event either."""
    heard_at = heartbeat_at or event_at
    return heard_at is None or now - heard_at > after
