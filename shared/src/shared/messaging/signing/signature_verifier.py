"""Reading records as events of those who may send them. Whatever is not signed by its source is a stranger's.

A batch is signed once and its events are read one by one, so what has been proved is kept: a node of a signed tree with
the rest of the way from there to the signature. Who comes to such a node with the same rest has proved the same, one or
two hashes behind the event's own.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from aiokafka import ConsumerRecord

from shared.errors import StartError
from shared.events import DATA_TYPES, Event, InvalidEvent, SourceHeartbeat, label, parse
from shared.events.topics import publishes
from shared.messaging.signing.ed25519 import SIGNATURE_BYTES
from shared.messaging.signing.merkle_tree import HASH_BYTES, leaf, node
from shared.messaging.signing.signature import HEADER, LEAST_BYTES, MOST, PREFIX, VERSION, decoded, message
from shared.messaging.signing.stranger import Stranger
from shared.messaging.signing.trusted_keys import TrustedKey, TrustedKeys, read_keys
from shared.messaging.signing.watched_file import WatchedFile
from shared.security_log import keys_changed
from shared.settings import ServiceSettings

KEPT = 1000  # nodes of a generation: half a megabyte


Proof = tuple[TrustedKey, int, int, bytes]
"""Of a node in a signed tree: whose it is, how many leaves it has, where in it the node stands among those of its
height, and the siblings from there up with the signature behind. Compared for every event, hence no class."""


class SignatureVerifier:
    def __init__(self, keys_file: Path) -> None:
        """Raises OSError, ValueError."""
        self._file = WatchedFile(keys_file, read_keys)
        self._keys: TrustedKeys = {}
        self._young: dict[bytes, Proof] = {}
        self._old: dict[bytes, Proof] = {}

    @classmethod
    def of(cls, settings: ServiceSettings) -> "SignatureVerifier | None":
        """None where the settings name no keys: then nothing is checked. Raises StartError."""
        if settings.event_keys_file is None:
            return None
        try:
            return cls(settings.event_keys_file)
        except (OSError, ValueError) as error:
            raise StartError(f"EVENT_KEYS_FILE is of no use: {error}") from error

    @property
    def keys(self) -> TrustedKeys:
        """As they are now. What was proved with others is forgotten."""
        keys = self._file.value()
        if keys is not self._keys:
            if self._keys:
                keys_changed("events", [key.hex() for key in self._keys], [key.hex() for key in keys])
            self._keys = keys
            self._young, self._old = {}, {}
        return keys

    def read(self, record: ConsumerRecord) -> Event:
        """Raises `Stranger`, and `InvalidEvent` for what its source has signed and this program cannot read."""
        return event_of(record, self.signed_by(record.value or b"", signature_of(record.headers)))

    def signer(self, record: ConsumerRecord) -> TrustedKey | Stranger:
        """`signed_by`, for a place where one stranger must not end the loop."""
        try:
            return self.signed_by(record.value or b"", signature_of(record.headers))
        except Stranger as error:
            return error

    def signed_by(self, value: bytes, header: bytes | None) -> TrustedKey:
        """Whose key has signed the batch of these bytes. Raises `Stranger`."""
        try:
            signature = decoded(header or b"")
        except ValueError:
            raise Stranger("unsigned") from None
        if len(signature) < LEAST_BYTES:
            raise Stranger("unsigned")
        version, key_id, count, at = PREFIX.unpack_from(signature)
        if version != VERSION or not at < count <= MOST:
            raise Stranger("unsigned")
        key = self.keys.get(key_id)
        if key is None:
            raise Stranger("unknown-key")
        self._climb(key, leaf(sha256(value).digest()), count, at, signature[PREFIX.size :])
        return key

    def _climb(self, key: TrustedKey, hash_: bytes, count: int, at: int, rest: bytes) -> None:
        """From a leaf to a node that is proved, or to the root and its signature. Then the siblings on the way are
        proved, too: of two ways that meet, the other comes through one of them."""
        young, old, width, proved = self._young, self._old, count, dict[bytes, Proof]()
        while (young.get(hash_) or old.get(hash_)) != (key, count, at, rest):
            if width == 1:
                if len(rest) != SIGNATURE_BYTES or not key.public.verifies(rest, message(key.source, hash_, count)):
                    raise Stranger("bad-signature")
                proved[hash_] = (key, count, 0, rest)
                break
            if at % 2 or at + 1 < width:
                sibling, above = rest[:HASH_BYTES], rest[HASH_BYTES:]
                proved[sibling] = (key, count, at ^ 1, hash_ + above)
                hash_, rest = node(sibling, hash_) if at % 2 else node(hash_, sibling), above
            at, width = at >> 1, (width + 1) >> 1
        if proved:
            self._keep(proved)

    def _keep(self, proved: Mapping[bytes, Proof]) -> None:
        if len(self._young) > KEPT:
            self._old, self._young = self._young, {}
        self._young.update(proved)


def event_of(record: ConsumerRecord, key: TrustedKey) -> Event:
    """What the owner of `key` has signed. Raises `Stranger` for what that source may not say, `InvalidEvent`."""
    try:
        event = parse(record.value or b"")
    except InvalidEvent:
        known = DATA_TYPES.get(label(record.value).type or "")
        if not publishes(key.source, record.topic) or (known and known.topic != record.topic):
            raise Stranger("wrong-topic") from None
        raise
    check_said(event, key.source, record.topic)
    if not key.covers(event.time):
        raise Stranger("key-not-valid-then")
    if (event.sequence is None or event.prevhash is None) and not isinstance(event.data, SourceHeartbeat):
        raise Stranger("unnumbered")
    return event


def check_said(event: Event, source: str, topic: str) -> None:
    """Whether `source` says this, and on this topic: a signature covers the bytes, and not where a copy of them stands.
    Raises `Stranger`."""
    if event.source != source or not event.data.is_of(source):
        raise Stranger("wrong-source")
    if event.data.topic != topic:
        raise Stranger("wrong-topic")


def read(record: ConsumerRecord, verifier: SignatureVerifier | None) -> Event:
    """Raises `InvalidEvent`, and `Stranger` where there is a verifier."""
    return parse(record.value) if verifier is None else verifier.read(record)


def signature_of(headers: Iterable[tuple[str, bytes | None]]) -> bytes | None:
    for name, content in headers:
        if name == HEADER:
            return content
    return None
