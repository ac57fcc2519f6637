"""What the log has of this service's own events: the sums that it has published. A lost database knows of none.

What is not believed, or is not there, keeps sums from being published and not reports from being swapped: only entries
of this service are looked at, and a number that none of them bears out counts as missing.
"""

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.commands.put_back import is_published_sum, put_back
from aggregation.events import SOURCE
from aggregation.rebuild.errors import NotBelieved
from aggregation.rebuild.log_origin import GAP_SECONDS, LOOK_SECONDS, LoggedRecord, LogPages
from aggregation.rebuild.proof.sent_numbers import SentNumbers
from aggregation.rebuild.proof.signers import LoggedEvent, Signers
from aggregation.rules.plan import PlanIndex
from shared.events import INDICATORS, OPERATIONS, Event, InvalidEvent, parse
from shared.messaging.relay.relay_cursor import read_cursor
from shared.messaging.restore.relay_check import unknown_to
from shared.messaging.restore.relay_healing import SentBeyond, go_on_behind
from shared.messaging.restore.setback import clear_setback, keep_setback, read_setbacks
from shared.messaging.signing.signature_verifier import SignatureVerifier, signature_of

_NUMBER = re.compile(r"[0-9]{1,20}")
_WAITING = sa.text("select event_id from outbox")


@dataclass(frozen=True, slots=True)
class PublishedSums:
    """`events`: those that tell of published sums, and nothing else of all times. `until`: how far the service had sent
    when the log was read. `left`: ids of rows that stand in the outbox, and in the log."""

    events: tuple[Event, ...]
    numbers: SentNumbers
    until: int = 0
    left: tuple[str, ...] = ()

    def missing(self, after: int) -> int:
        """Numbers that the log lacks. A published sum may be among them."""
        return self.numbers.missing(after, max(self.until, self.numbers.last))

    async def put_back(self, tx: AsyncConnection, plan: PlanIndex) -> tuple[int, int]:
        """How many sums came back, and how many numbers lack: while one does, nothing is published.

        With all of them it is known what was sent, as after `rewind`: the relay goes on behind it.
        """
        back = await put_back(tx, plan, self.events)
        if missing := self.missing(await own_until(tx)):
            detail = (
                f"{missing} events of this service are not in the log, or not believed there, published sums perhaps: "
                "none is published until `rebuild --swap` finds them, or `rewind --publish-beside-lost` accepts it"
            )
            await keep_setback(tx, "published", missing, detail)
            return back, missing
        await clear_setback(tx, "published")
        cursor, tail = await read_cursor(tx, SOURCE), self.numbers.tail
        if lacking := unknown_to(cursor, tail):
            await go_on_behind(tx, SOURCE, SentBeyond(cursor, lacking, tail, self.left))
        return back, 0


async def own_until(tx: AsyncConnection) -> int:
    """Up to this number this very database has sent, and holds what it published: the log need not tell of it. None
    where it is known to have been set behind what it did not get back."""
    if any(one.side == "published" for one in await read_setbacks(tx)):
        return 0
    cursor = await read_cursor(tx, SOURCE)
    return cursor.sequence + len(cursor.batch)


async def published_sums(
    client: httpx.AsyncClient,
    verifier: SignatureVerifier | None,
    plan: PlanIndex,
    live: AsyncEngine,
    *,
    gap_seconds: float = GAP_SECONDS,
) -> PublishedSums:
    """Waits for numbers that have not come into the log yet. Raises `CouldNotCompare` where it does not answer."""
    async with live.connect() as tx:
        until = (await read_cursor(tx, SOURCE)).sequence
        waiting = frozenset((await tx.execute(_WAITING)).scalars())
    reading = _Reading(verifier, plan, waiting)
    topics = [LogPages(client, topic, signatures=verifier is not None) for topic in (INDICATORS, OPERATIONS)]
    deadline = time.monotonic() + gap_seconds
    while True:
        for pages in topics:
            await reading.read(pages)
        sums = reading.sums(until)
        async with live.connect() as tx:
            lacks = sums.missing(await own_until(tx))
        if not lacks or time.monotonic() >= deadline:
            return sums
        await asyncio.sleep(LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class _Kept:
    number: int
    signed: bool
    event: Event


@dataclass
class _Reading:
    """Of what was read so far: the events that matter, and of all others that they were there."""

    verifier: SignatureVerifier | None
    plan: PlanIndex
    waiting: frozenset[str]
    numbers: SentNumbers = field(default_factory=SentNumbers)
    kept: dict[str, _Kept] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    first_signed: int | None = None
    last_unsigned: int = 0

    def __post_init__(self) -> None:
        self.signers = Signers(self.verifier)

    async def read(self, pages: LogPages) -> None:
        more = True
        while more:
            entries, more = await pages.read()
            for entry in entries:
                if entry.members.get("source") == SOURCE:
                    self._hear(entry)

    def _hear(self, entry: LoggedRecord) -> None:
        members, record = entry.members, entry.record
        written = members.get("sequence")
        number = int(written) if isinstance(written, str) and _NUMBER.fullmatch(written) else 0
        if not number and self.numbers.last:
            return  # events had no numbers only before the first that has one
        self.numbers.claim(number)
        with suppress(NotBelieved, InvalidEvent):
            self.signers.check_alone(record, LoggedEvent(SOURCE, number, entry.index, str(members.get("id"))))
            event = parse(record.value)
            signed = self.verifier is not None and signature_of(record.headers) is not None
            if not self._in_order(number, signed=signed):
                return
            if number:
                self.numbers.hear(number, record.value, members.get("prevhash"))
            if event.id in self.waiting:
                self.left.add(event.id)
            if is_published_sum(self.plan, event):
                self.kept[event.id] = _Kept(number, signed, event)

    def _in_order(self, number: int, *, signed: bool) -> bool:
        """Unsigned events are of before the first that was signed; what was read of later ones is forgotten."""
        if not signed:
            self.last_unsigned = max(self.last_unsigned, number)
            return self.first_signed is None or number < self.first_signed
        if self.first_signed is None or number < self.first_signed:
            self.first_signed = number
            if self.last_unsigned > number:
                self.numbers.forget(number)
                self.kept = {id: one for id, one in self.kept.items() if one.signed or one.number < number}
        return True

    def sums(self, until: int) -> PublishedSums:
        """Of two signed events with one number both were sent, and read; of others it is not known which."""
        events = tuple(one.event for one in self.kept.values() if one.signed or one.number not in self.numbers.doubted)
        return PublishedSums(events, self.numbers, until, tuple(self.left))
