"""Who has sent what stands in the log: whoever may only add entries to it must not choose figures either.

Events of before December 2026 were not signed. Such a one is taken only before the first signed event of its source, by
their numbers: a chain without a gap leaves no room for another one there.
"""

from contextlib import suppress
from dataclasses import dataclass

from aiokafka import ConsumerRecord

from aggregation.rebuild.errors import NotBelieved
from shared.events import InvalidEvent, parse
from shared.messaging.signing.signature_verifier import SignatureVerifier, check_said, signature_of
from shared.messaging.signing.stranger import Stranger


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """Of an event: its number in the chain of its source, 0 for none; its entry where the log told it, and its id."""

    source: str
    number: int
    index: int | None
    id: str

    def of_a_stranger(self, stranger: Stranger) -> NotBelieved:
        if self.index is None:
            return NotBelieved(f"an entry of the log is no event of ours, {stranger}", self.id)
        return NotBelieved(f"the entry {self.index:,} of the log is no event of ours, {stranger}")


class Signers:
    """Of what was read so far; events of a source may come in any order. Without verifier no signature is asked for."""

    def __init__(self, verifier: SignatureVerifier | None) -> None:
        self._verifier = verifier
        self._first_signed: dict[str, int] = {}
        self._last_unsigned: dict[str, LoggedEvent] = {}

    def check(self, record: ConsumerRecord, logged: LoggedEvent) -> None:
        """Raises `NotBelieved`."""
        self.check_alone(record, logged)
        if self._verifier is not None:
            self._check_order(logged.source)

    def check_alone(self, record: ConsumerRecord, logged: LoggedEvent) -> None:
        """Whatever stands beside it. Raises `NotBelieved`."""
        try:
            if self._verifier is None or signature_of(record.headers) is None:
                self._check_unsigned(record, logged)
            else:
                self._check_signed(self._verifier, record, logged)
        except Stranger as stranger:
            raise logged.of_a_stranger(stranger) from stranger

    def _check_signed(self, verifier: SignatureVerifier, record: ConsumerRecord, logged: LoggedEvent) -> None:
        """Also of what this program cannot read: it has its place in the chain of a source, which must be the key's."""
        if verifier.signed_by(record.value or b"", signature_of(record.headers)).source != logged.source:
            raise Stranger("wrong-source")
        with suppress(InvalidEvent):
            verifier.read(record)
        self._first_signed[logged.source] = min(logged.number, self._first_signed.get(logged.source, logged.number))

    def _check_unsigned(self, record: ConsumerRecord, logged: LoggedEvent) -> None:
        with suppress(InvalidEvent):  # nothing follows from it
            event = parse(record.value)
            check_said(event, event.source, record.topic)
        last = self._last_unsigned.get(logged.source)
        if last is None or logged.number > last.number:
            self._last_unsigned[logged.source] = logged

    def _check_order(self, source: str) -> None:
        first, last = self._first_signed.get(source), self._last_unsigned.get(source)
        if first is not None and last is not None and last.number > first:
            raise last.of_a_stranger(Stranger("unsigned"))
