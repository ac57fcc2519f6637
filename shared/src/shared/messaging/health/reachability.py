"""For how long a server has answered."""

import asyncio
import time
from contextlib import suppress

from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError

from shared.messaging.kafka import clients
from shared.settings import KafkaSettings

PROBE_SECONDS = 5.0


class Reachability:
    def __init__(self) -> None:
        self._since: float | None = None

    def saw(self, answered: bool) -> None:
        self._since = (self._since or time.monotonic()) if answered else None

    @property
    def seconds(self) -> float | None:
        return None if self._since is None else time.monotonic() - self._since


async def kafka_answers(settings: KafkaSettings) -> bool:
    """Asks for metadata over a connection of its own, since those of the client in doubt are in doubt."""
    client = clients.client(settings, request_timeout_ms=int(PROBE_SECONDS * 1000))
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await client.bootstrap()
            return True
    except (KafkaError, OSError):
        return False
    finally:
        with suppress(KafkaError, OSError):
            async with asyncio.timeout(PROBE_SECONDS):
                await client.close()


def is_away(error: BaseException) -> bool:
    """Whether the error tells of a server that cannot be reached, rather than of this process."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return bool(error.connection_invalidated) or not state or state[:2] in ("08", "53", "57")
    return isinstance(error, OSError | KafkaError)
