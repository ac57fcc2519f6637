"""Records of strangers: a few are kept for people to look at, all are counted. Of what is large the hash is kept.

They take no effect, claim no id and say nothing of our own code, so they are no poison. A flood of them must not fill
the database: what is not kept is told by its offsets, and Kafka has it for as long as it keeps anything.
"""

import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import structlog

from shared import metrics
from shared.messaging.consumer.received import Poison
from shared.messaging.signing.stranger import Reason, reason_in

KEPT = 100  # of each partition
KEPT_BYTES = 256 * 2**10  # of each partition, in all of these together
WINDOW_SECONDS = 3600.0

log = structlog.get_logger()

_Place = tuple[str, int]


class Strangers:
    """How many of each partition, and of their bytes, are kept within an hour. In the process's memory: a restart
    begins anew."""

    def __init__(self, service: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._monotonic = monotonic
        self._kept: dict[_Place, tuple[float, int]] = {}
        self._bytes: dict[_Place, int] = {}

    def room(self, topic: str, partition: int) -> int:
        """How many more are kept now."""
        since, kept = self._kept.get((topic, partition), (0.0, 0))
        return KEPT if self._monotonic() - since >= WINDOW_SECONDS else KEPT - kept

    def to_keep(self, found: Sequence[Poison]) -> list[Poison]:
        """The first of each partition for which there is room."""
        room: dict[_Place, int] = {}
        kept = []
        for one in found:
            place = one[0].topic, one[0].partition
            left = room.get(place, self.room(*place))
            if left > 0:
                kept.append(one)
            room[place] = left - 1
        return kept

    def within(self, letters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """These letters, without what their records hold where there is no room for it: whole or not at all, since what
        is cut could be taken for what was sent."""
        held: dict[_Place, int] = {}
        found = []
        for letter in letters:
            place = letter["topic"], letter["partition"]
            size = bytes_of(letter)
            spent = held.get(place, self._bytes.get(place, 0) if self.room(*place) < KEPT else 0)
            fits = spent + size <= KEPT_BYTES
            held[place] = spent + size if fits else spent
            found.append(letter if fits else _emptied(letter))
        return found

    def wrote(self, letters: Sequence[dict[str, Any]]) -> None:
        """After the commit, and after they were counted."""
        for letter in letters:
            place = letter["topic"], letter["partition"]
            self._bytes[place] = self._bytes.get(place, 0) + bytes_of(letter)

    def took(self, found: Sequence[Poison]) -> None:
        """After the commit."""
        offsets: dict[tuple[str, int, Reason], list[int]] = {}
        for record, _, told in found:
            reason = reason_in(told) or "undecodable"
            offsets.setdefault((record.topic, record.partition, reason), []).append(record.offset)
        for (topic, partition, reason), of_reason in offsets.items():
            self.refused(topic, partition, reason, of_reason)

    def refused(self, topic: str, partition: int, reason: Reason, offsets: Sequence[int]) -> None:
        """One line however many there are; as many of them as there is room for have been kept."""
        kept = min(len(offsets), self.room(topic, partition))
        now = self._monotonic()
        since, before = self._kept.get((topic, partition), (now, 0))
        begins_anew = now - since >= WINDOW_SECONDS
        self._kept[topic, partition] = (now, kept) if begins_anew else (since, before + kept)
        if begins_anew:
            self._bytes.pop((topic, partition), None)
        metrics.STRANGERS.labels(self._service, topic, reason).inc(len(offsets))
        log.error(
            "strangers.refused",
            **{"topic": topic, "partition": partition, "reason": reason, "records": len(offsets)},
            **{"not_kept": len(offsets) - kept, "first_offset": offsets[0], "last_offset": offsets[-1]},
        )


def bytes_of(letter: dict[str, Any]) -> int:
    """What a record brings into the database."""
    headers = sum(len(name) + len(content or "") for name, content in letter["headers"])
    return len(letter["key"] or b"") + len(letter["value"] or b"") + headers


def _emptied(letter: dict[str, Any]) -> dict[str, Any]:
    value = letter["value"] or b""
    lacks = (
        f"its record is not kept, since strangers have sent too much: {bytes_of(letter)} bytes with key and headers; "
        f"its value has {len(value)} bytes with the SHA-256 {sha256(value).hexdigest()}. Kafka has it for seven days"
    )
    return letter | {"key": None, "value": None, "headers": [], "reason": f"{letter['reason']}; {lacks}"}
