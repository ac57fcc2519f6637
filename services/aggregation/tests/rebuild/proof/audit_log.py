"""The audit service on a database of its own, and what live has applied of its log."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rebuild.log_origin import LogOrigin
from audit.worker import log_events
from shared.clock import Clock
from shared.events import SUBMISSIONS
from shared.messaging import BatchConsumer
from shared.messaging.relay.chain import GENESIS, number
from shared.messaging.signing.signature import HEADER
from shared.messaging.signing.signature_verifier import SignatureVerifier


@dataclass
class AuditLog:
    """The audit service on a database of its own."""

    engine: AsyncEngine
    client: httpx.AsyncClient

    async def keep(
        self, bodies: Sequence[bytes], signatures: Sequence[bytes] = (), *, topic: str = SUBMISSIONS
    ) -> None:
        """Those that have no signature are unsigned, the first ones."""
        headers = [()] * (len(bodies) - len(signatures)) + [((HEADER, signature),) for signature in signatures]
        records = [
            ConsumerRecord(topic, 0, n, 0, 0, None, body, None, 0, len(body), headers[n])
            for n, body in enumerate(bodies)
        ]
        await BatchConsumer(self.engine, "audit", log_events(Clock())).consume(records)

    def origin(self, verifier: SignatureVerifier | None = None) -> LogOrigin:
        return LogOrigin(self.client, SUBMISSIONS, verifier, gap_seconds=0)


def chained(values: list[bytes]) -> list[bytes]:
    """As the relay sends them."""
    bodies: list[bytes] = []
    hash_ = GENESIS
    for place, value in enumerate(values, 1):
        link = number(value, place, hash_)
        bodies.append(link.body)
        hash_ = link.hash
    return bodies
