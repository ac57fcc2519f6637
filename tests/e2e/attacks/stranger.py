"""What somebody who reaches Kafka may write to a topic: the attacks of `test_strangers.py`, and their records."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import ConsumerRecord

from shared.clock import Clock
from shared.events import (
    ALL_TOPICS,
    DATA_TYPES,
    OPERATIONS,
    EventData,
    NotificationSent,
    SourceHeartbeat,
    SubmissionAccepted,
    SubmissionReceived,
)
from shared.messaging.relay.chain import GENESIS, number
from shared.messaging.signing.ed25519 import PrivateKey
from shared.messaging.signing.event_signer import EventSigner
from shared.messaging.signing.signature import HEADER
from tests.contracts.schemas import ROOT
from tiendo_local.event_keys import EventKeys

SAMPLES = ROOT / "tests/contracts/samples"
FAR_AHEAD = 10**15
TOLD_BY_NAME: tuple[type[EventData], ...] = (SubmissionReceived, SubmissionAccepted, NotificationSent, SourceHeartbeat)


@dataclass(frozen=True)
class Forged:
    value: bytes
    signature: bytes | None = None

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        return [] if self.signature is None else [(HEADER, self.signature)]


@dataclass(frozen=True)
class Attack:
    """`reason`: why it is refused; None: it is a true record again. `make` gives none where a topic has no such."""

    name: str
    reason: str | None
    make: Callable[[str], Forged | None]


def a_type_of(topic: str) -> str:
    return next(name for name, model in sorted(DATA_TYPES.items(), reverse=True) if model.topic == topic)


def sample_of(topic: str, type_: str) -> dict[str, Any]:
    """An event of the topic as its source writes it, that nobody has ever sent."""
    event: dict[str, Any] = json.loads((SAMPLES / f"{type_}.json").read_text("utf-8"))
    source = next(source for source in DATA_TYPES[type_].sources if source != "/audit" or topic == "inspections.v1")
    event = {name: value for name, value in event.items() if name not in ("sequence", "prevhash")}
    return event | {"id": str(uuid4()), "source": source}


class Stranger:
    """`true`: a record of each topic that its service has sent; `next_numbers`: what each source gives out next."""

    def __init__(
        self, folder: Path, keys: EventKeys, true: Mapping[str, ConsumerRecord], next_numbers: Mapping[str, int]
    ) -> None:
        self._keys = keys
        self._true = true
        self._next = next_numbers
        self._own_key = folder / "stranger.pem"
        self._own_key.write_text(PrivateKey.new().pem)

    def attacks(self) -> list[Attack]:
        return [
            Attack("forged, not signed", "unsigned", lambda topic: Forged(self._forged(topic))),
            *(Attack(f"forged {one.type}, not signed", "unsigned", self._of_type(one)) for one in TOLD_BY_NAME),
            Attack("forged, next number", "unsigned", lambda topic: Forged(self._forged(topic, self._next))),
            Attack("forged, own key", "unknown-key", self._with_own_key),
            Attack("forged, key of another service", "wrong-source", self._with_key_of_another),
            Attack("true signature, other event", "bad-signature", self._with_true_signature),
            Attack("altered copy", "bad-signature", self._altered),
            Attack("copied to another topic", "wrong-topic", self._of_another_topic),
            Attack("signature taken off", "unsigned", self._taken_off),
            Attack("junk", "unsigned", lambda _: Forged(os.urandom(200))),
            Attack("heartbeat far ahead", "unsigned", self._far_ahead),
            Attack("replay", None, self._replayed),
        ]

    def _of_type(self, model: type[EventData]) -> Callable[[str], Forged | None]:
        return lambda topic: Forged(self._forged(topic, type_=model.type)) if topic == model.topic else None

    def _forged(self, topic: str, next_numbers: Mapping[str, int] | None = None, *, type_: str | None = None) -> bytes:
        event = sample_of(topic, type_ or a_type_of(topic))
        following = (next_numbers or {}).get(event["source"], FAR_AHEAD)
        return number(json.dumps(event, separators=(",", ":")).encode(), following, GENESIS).body

    def _signed(self, value: bytes, source: str, key: Path) -> Forged:
        (signature,) = EventSigner(source, key, None, Clock()).sign([sha256(value).digest()])
        return Forged(value, signature)

    def _with_own_key(self, topic: str) -> Forged:
        value = self._forged(topic)
        return self._signed(value, json.loads(value)["source"], self._own_key)

    def _with_key_of_another(self, topic: str) -> Forged:
        value = self._forged(topic)
        other = "audit" if json.loads(value)["source"] != "/audit" else "aggregation"
        return self._signed(value, f"/{other}", self._keys.key_file(other))

    def _signature_of(self, topic: str) -> bytes | None:
        return dict(self._true[topic].headers)[HEADER] if topic in self._true else None

    def _with_true_signature(self, topic: str) -> Forged | None:
        signature = self._signature_of(topic)
        return Forged(self._forged(topic), signature) if signature else None

    def _altered(self, topic: str) -> Forged | None:
        """The same event, of another version of the plan."""
        signature = self._signature_of(topic)
        if signature is None:
            return None
        event = json.loads(self._true[topic].value)
        return Forged(json.dumps(event | {"catalogueversion": "1" * 64}).encode(), signature)

    def _of_another_topic(self, topic: str) -> Forged | None:
        """Of the topic before: bytes and signature as they stand there."""
        return self._replayed(ALL_TOPICS[ALL_TOPICS.index(topic) - 1])

    def _taken_off(self, topic: str) -> Forged | None:
        return Forged(self._true[topic].value) if topic in self._true else None

    def _far_ahead(self, topic: str) -> Forged | None:
        if topic != OPERATIONS:
            return None
        event = json.loads((SAMPLES / f"{SourceHeartbeat.type}.json").read_text("utf-8"))
        event |= {"id": str(uuid4()), "source": "/submissions", "subject": "/submissions"}
        event["data"] |= {"sequence": FAR_AHEAD, "pending": 0}
        return Forged(json.dumps(event).encode())

    def _replayed(self, topic: str) -> Forged | None:
        signature = self._signature_of(topic)
        return Forged(self._true[topic].value, signature) if signature else None


def wait(holds: Callable[[], bool], what: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
