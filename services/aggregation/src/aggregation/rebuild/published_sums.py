"""What the log has of this service's own events: the sums that it has published. A lost database knows of none."""

import json
from contextlib import suppress
from dataclasses import dataclass

import httpx

from aggregation.events import SOURCE
from aggregation.rebuild.log_origin import LogOrigin
from shared.events import INDICATORS, OPERATIONS, Event, InvalidEvent, parse
from shared.messaging.signing.signature_verifier import SignatureVerifier


@dataclass(frozen=True, slots=True)
class PublishedSums:
    """`missing`: how many numbers of this source the log does not have. A published sum may be among them."""

    events: tuple[Event, ...]
    missing: int


async def published_sums(client: httpx.AsyncClient, verifier: SignatureVerifier | None) -> PublishedSums:
    """Signed by this service, as far as events were; whether any lacks is told by their numbers. Raises
    `CouldNotCompare`."""
    events: list[Event] = []
    heard: set[int] = set()
    last = 0
    for topic in (INDICATORS, OPERATIONS):
        origin = LogOrigin(client, topic, verifier, gap_seconds=None)
        more = True
        while more:
            page = await origin.read()
            more = page.more
            for value in (one.record.value for one in page.events):
                members = json.loads(value, parse_int=str)
                if members.get("source") != SOURCE:
                    continue
                last = max(last, number := int(members.get("sequence") or 0))
                with suppress(InvalidEvent):  # what it says is not known: it counts as missing
                    events.append(parse(value))
                    heard.add(number)
    return PublishedSums(tuple(events), last - len(heard - {0}))
