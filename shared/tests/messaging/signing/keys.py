"""Keys of a test: who may sign, in files as services get them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from aiokafka import ConsumerRecord

from shared.clock import Clock
from shared.messaging.relay.chain import GENESIS, number
from shared.messaging.signing.ed25519 import PrivateKey
from shared.messaging.signing.event_signer import EventSigner
from shared.messaging.signing.signature import HEADER
from shared.messaging.signing.trusted_keys import jwk_of, written

from ..conftest import NOW, a_record, an_event

NOTIFICATIONS = "/notifications"  # of whom the events of these tests come
YEARS = timedelta(days=3650)


class Keys:
    """`trusted` is the file of public keys; `signer` makes a key that stands in it, `stranger` one that does not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trusted = folder / "event-keys.json"
        self._jwks: list[dict[str, str | int]] = []

    def file(self, source: str, *, begins: datetime = NOW - YEARS, ends: datetime = NOW + YEARS) -> Path:
        key = PrivateKey.new()
        self._jwks.append(jwk_of(key.public, source, begins, ends))
        self.trusted.write_text(written(self._jwks))
        return self._private(key)

    def signer(self, source: str = NOTIFICATIONS, **validity: datetime) -> EventSigner:
        return EventSigner(source, self.file(source, **validity), None, Clock())

    def stranger(self, source: str = NOTIFICATIONS) -> EventSigner:
        return EventSigner(source, self._private(PrivateKey.new()), None, Clock())

    def _private(self, key: PrivateKey) -> Path:
        path = self.folder / f"{key.public.id.hex()}.pem"
        path.write_text(key.pem)
        return path


def chained(count: int, *, source: str = NOTIFICATIONS, stage: str = "T-7") -> list[bytes]:
    """The bytes of so many events as their relay numbers them."""
    values, prevhash = [], GENESIS
    for sequence in range(1, count + 1):
        last = number(an_event(stage, source=source).to_bytes(), sequence, prevhash)
        prevhash = last.hash
        values.append(last.body)
    return values


def signed(signer: EventSigner, values: Iterable[bytes], *, first: int = 1) -> list[ConsumerRecord]:
    """One batch, as records from the offset `first` on."""
    values = list(values)
    headers = signer.sign([sha256(value).digest() for value in values])
    pairs = zip(values, headers, strict=True)
    return [a_record(value, offset=first + n, headers=((HEADER, header),)) for n, (value, header) in enumerate(pairs)]
