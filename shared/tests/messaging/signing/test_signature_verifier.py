"""What a reader believes, and what somebody who can write to Kafka would get past it."""

import os
import random
import struct
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import CodeType, FrameType

import pytest
from aiokafka import ConsumerRecord
from structlog.testing import capture_logs

from shared.clock import Clock
from shared.events import InvalidEvent
from shared.messaging.signing import signature_verifier, watched_file
from shared.messaging.signing.ed25519 import PublicKey
from shared.messaging.signing.event_signer import EventSigner
from shared.messaging.signing.merkle_tree import node
from shared.messaging.signing.signature import HEADER, PREFIX, decoded, encoded
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.messaging.signing.stranger import Reason, Stranger

from ..conftest import NOW, a_record, an_event
from .keys import NOTIFICATIONS, Keys, chained, signed


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def refusal(verifier: SignatureVerifier, record: ConsumerRecord) -> Reason:
    with pytest.raises(Stranger) as caught:
        verifier.read(record)
    return caught.value.reason


def header(record: ConsumerRecord) -> bytes:
    ((_, content),) = record.headers
    return decoded(content)


def bearing(value: bytes, signature: bytes) -> ConsumerRecord:
    return a_record(value, offset=1, headers=((HEADER, encoded(signature)),))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 100])
def test_every_event_of_a_batch_is_read_in_whatever_order(keys: Keys, count: int) -> None:
    records = signed(keys.signer(), chained(count))
    for _ in range(3):
        random.shuffle(records)
        verifier = SignatureVerifier(keys.trusted)
        for record in (*records, *records):
            assert verifier.read(record).sequence is not None


def test_a_batch_is_verified_once(keys: Keys) -> None:
    """Else reading would cost twice what it does."""
    records = signed(keys.signer(), chained(300))
    verifier = SignatureVerifier(keys.trusted)
    calls: Counter[CodeType] = Counter()

    def noting(frame: FrameType, event: str, _: object) -> None:
        calls[frame.f_code] += event == "call"

    sys.setprofile(noting)
    try:
        for record in records:
            verifier.read(record)
    finally:
        sys.setprofile(None)
    assert (calls[SignatureVerifier.read.__code__], calls[PublicKey.verifies.__code__]) == (300, 1)
    assert calls[node.__code__] < 300 + 10, "each node of the tree is hashed about once"


def test_what_is_proved_is_forgotten_in_time(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature_verifier, "KEPT", 50)
    signer, values = keys.signer(), chained(200)
    verifier = SignatureVerifier(keys.trusted)
    for start in range(0, 200, 20):
        for record in signed(signer, values[start : start + 20]):
            verifier.read(record)
    assert len(verifier._young) + len(verifier._old) < 3 * 50


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_no_bit_of_bytes_or_signature_can_be_changed(keys: Keys, warm: bool) -> None:
    """Warm: the batch has been proved already, and only the bytes of the event are looked up. An attacker would have a
    changed figure believed, or an entry of the log that nobody can verify afterwards."""
    records = signed(keys.signer(), chained(6))
    verifier = SignatureVerifier(keys.trusted)
    if warm:
        for record in records:
            verifier.read(record)
    for record in records:
        value, signature = bytes(record.value), header(record)
        for at in range(0, len(value), 7):
            changed = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
            assert refusal(verifier, a_record(changed, offset=1, headers=record.headers)) == "bad-signature"
        for at in range(len(signature)):
            changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
            assert refusal(verifier, bearing(value, changed)) in {"bad-signature", "unsigned", "unknown-key"}
        for wrong in (signature[:-1], signature + b"\0", signature[:-64], signature[: PREFIX.size] + signature[-64:]):
            assert refusal(verifier, bearing(value, wrong)) in {"bad-signature", "unsigned"}


def test_a_node_of_the_tree_is_no_event(keys: Keys) -> None:
    """Else whoever has seen a batch could have any 64 bytes below its root believed."""
    records = signed(keys.signer(), chained(4))
    digests = [sha256(record.value).digest() for record in records]
    prefix, signature = header(records[0])[: PREFIX.size], header(records[0])[-64:]
    version, key_id, _, _ = PREFIX.unpack(prefix)
    upper = PREFIX.pack(version, key_id, 2, 0) + header(records[0])[PREFIX.size + 32 : -64] + signature
    verifier = SignatureVerifier(keys.trusted)
    with pytest.raises(Stranger):
        verifier.signed_by(digests[0] + digests[1], encoded(upper))


def test_without_a_signature_nothing_is_believed(keys: Keys) -> None:
    keys.signer()
    verifier = SignatureVerifier(keys.trusted)
    (value,) = chained(1)
    for headers in ((), ((HEADER, b""),), ((HEADER, None),), ((HEADER, os.urandom(80)),), (("traceparent", b"x"),)):
        assert refusal(verifier, a_record(value, offset=1, headers=headers)) == "unsigned"
    assert refusal(verifier, a_record(None, offset=1)) == "unsigned"
    huge = PREFIX.pack(1, next(iter(verifier.keys)), 2**32 - 1, 0) + os.urandom(64)
    assert refusal(verifier, bearing(value, huge)) == "unsigned"
    assert refusal(verifier, bearing(value, os.urandom(80))) == "unsigned"


def test_a_key_of_nobody_is_refused(keys: Keys) -> None:
    keys.signer()
    (record,) = signed(keys.stranger(), chained(1))
    assert refusal(SignatureVerifier(keys.trusted), record) == "unknown-key"


def test_a_key_cannot_speak_for_another_source(keys: Keys) -> None:
    """A service that was broken into, or its key: it would open obligations, accept reports and tell of mails."""
    keys.signer()
    aggregation = keys.signer("/aggregation")
    verifier = SignatureVerifier(keys.trusted)
    (record,) = signed(aggregation, chained(1, source=NOTIFICATIONS))
    assert refusal(verifier, record) == "wrong-source"
    (record,) = signed(aggregation, chained(1, source="/aggregation"))  # a type of the notifications service
    assert refusal(verifier, record) == "wrong-source"
    # Nor by saying that its key is the other's: the source is part of what is signed.
    lying = EventSigner(NOTIFICATIONS, aggregation._key._path, None, aggregation._clock)
    (record,) = signed(lying, chained(1))
    assert refusal(verifier, record) == "bad-signature"


@pytest.mark.parametrize(
    ("begins", "ends", "believed"),
    [
        (-timedelta(days=2), -timedelta(days=1), False),
        (-timedelta(days=2), -timedelta(minutes=6), False),
        (-timedelta(days=2), -timedelta(minutes=4), True),
        (timedelta(minutes=4), timedelta(days=1), True),
        (timedelta(minutes=6), timedelta(days=1), False),
    ],
)
def test_a_key_signs_events_of_its_time(keys: Keys, begins: timedelta, ends: timedelta, believed: bool) -> None:
    (record,) = signed(keys.signer(begins=NOW + begins, ends=NOW + ends), chained(1))
    verifier = SignatureVerifier(keys.trusted)
    if believed:
        assert verifier.read(record).time == NOW
    else:
        assert refusal(verifier, record) == "key-not-valid-then"


@pytest.mark.parametrize("left_out", [b',"sequence":"00000000000000000001"', b',"prevhash":"' + b"0" * 64 + b'"'])
def test_what_has_no_number_or_no_link_is_refused(keys: Keys, left_out: bytes) -> None:
    (value,) = chained(1)
    (record,) = signed(keys.signer(), [value.replace(left_out, b"")])
    assert refusal(SignatureVerifier(keys.trusted), record) == "unnumbered"


def test_what_its_source_signed_and_nobody_can_read_is_no_strangers(keys: Keys) -> None:
    """It counts as poison: a deployment of ours is broken."""
    (record,) = signed(keys.signer(), [b'{"type": "vn.tiendo.deadline.approaching.v2"}'])
    with pytest.raises(InvalidEvent):
        SignatureVerifier(keys.trusted).read(record)


@pytest.mark.parametrize(
    "value",
    [chained(1)[0], chained(1)[0].replace(b'"days_left":7', b'"days_left":"?"'), b'{"type": "vn.tiendo.a.b.v9"}'],
    ids=["readable", "unreadable", "of a later version"],
)
@pytest.mark.parametrize("topic", ["indicators.v1", "notifications.v1", "operations.v1"])
def test_a_copy_in_another_topic_is_a_strangers(keys: Keys, value: bytes, topic: str) -> None:
    """Read first, it claimed the id: the true record was a duplicate, and stood in no log of its topic for ever."""
    (record,) = signed(keys.signer(), [value])
    verifier = SignatureVerifier(keys.trusted)
    if b"v9" in value and topic != "indicators.v1":  # nobody knows of which of its source's topics it is
        with pytest.raises(InvalidEvent):
            verifier.read(replace(record, topic=topic))
    else:
        assert refusal(verifier, replace(record, topic=topic)) == "wrong-topic"


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is looked at whenever it is asked for."""
    monkeypatch.setattr(watched_file, "LOOK_SECONDS", 0.0)


@pytest.mark.usefixtures("looking")
def test_keys_are_exchanged_while_it_runs(keys: Keys) -> None:
    first = keys.signer()
    (old,) = signed(first, chained(1))
    verifier = SignatureVerifier(keys.trusted)
    verifier.read(old)
    (new,) = signed(keys.signer(), chained(1))
    with capture_logs() as logs:
        assert verifier.read(new)
    assert [(line["event"], line["of"], line["removed"]) for line in logs] == [("security.key-changed", "events", "")]
    good = keys.trusted.read_text()
    for broken in ("", good[:-20], "{}", '{"keys": []}', good.replace('"kid": "', '"kid": "ff', 1)):
        keys.trusted.write_text(broken)
        assert verifier.read(new), "the last good keys serve on"
    Keys(keys.folder).signer()  # a set in which neither of them stands: a key that was stolen is taken out
    assert refusal(verifier, old) == refusal(verifier, new) == "unknown-key"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("Ed25519", "Ed448"),
        lambda text: text.replace("/notifications", "notifications"),
        lambda text: text.replace('"exp"', '"expires"'),
        lambda text: text.replace('"nbf": ', '"nbf": -'),
        lambda _: "not JSON",
    ],
)
def test_a_set_that_says_too_little_is_of_no_use(keys: Keys, change: Callable[[str], str]) -> None:
    keys.signer()
    keys.trusted.write_text(change(keys.trusted.read_text()))
    with pytest.raises(ValueError, match=r"."):
        SignatureVerifier(keys.trusted)


def test_signatures_are_stable(keys: Keys) -> None:
    """A batch that is sent again after a crash is the same, headers included."""
    signer, values = keys.signer(), chained(5)
    first, again = signed(signer, values), signed(signer, values)
    assert [header(record) for record in first] == [header(record) for record in again]
    assert len(header(first[0])) == struct.calcsize(">B8sII") + 3 * 32 + 64


def test_the_event_of_these_tests_is_one_of_notifications() -> None:
    assert an_event(source=NOTIFICATIONS).data.is_of(NOTIFICATIONS)


@pytest.mark.usefixtures("looking")
def test_another_key_to_sign_with_is_told(keys: Keys) -> None:
    file = keys.file(NOTIFICATIONS)
    signer = EventSigner(NOTIFICATIONS, file, None, Clock())
    with capture_logs() as logs:
        signed(signer, chained(1))
        assert logs == []
        file.write_text(keys.file(NOTIFICATIONS).read_text())
        signed(signer, chained(2))
    (line,) = logs
    assert (line["event"], line["of"]) == ("security.key-changed", "signing") and line["added"] != line["removed"]
