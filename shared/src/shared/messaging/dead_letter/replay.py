"""What ops can do about a dead letter: apply it with today's code, or say why it is left alone.

Each act is one transaction: the letter's row is locked; the inbox claim, the effect, the new state and the event that
tells of it are committed together or not at all.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from aiokafka import ConsumerRecord
from opentelemetry.trace import SpanContext, SpanKind, get_current_span
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import metrics, telemetry
from shared.access import Person
from shared.clock import Clock
from shared.errors import Problem, invalid
from shared.events import (
    DeadLetterDiscarded,
    DeadLetterHandled,
    DeadLetterReplayed,
    Event,
    InvalidEvent,
    acting,
)
from shared.log import without_details
from shared.messaging.consumer.batch_consumer import Apply, Contradicted, Contradicting, is_transient
from shared.messaging.consumer.received import Received
from shared.messaging.dead_letter import store
from shared.messaging.dead_letter.letter import Letter, OpenedList, Outcome, State
from shared.messaging.dead_letter.problems import (
    StillFails,
    changed_meanwhile,
    nothing_to_replay,
    replayed_already,
    unknown,
)
from shared.messaging.dead_letter.store import Wanted
from shared.messaging.outbox import publish
from shared.messaging.signing.signature_verifier import SignatureVerifier, read
from shared.messaging.signing.stranger import Stranger, reason_in
from shared.security_log import security_event
from shared.text import Fault
from shared.text.personal_data import CONFIRMATION, personal_data, told

MAX_REASON = 2000

log = structlog.get_logger()

_CLAIM = sa.text("insert into inbox (event_id) values (:id) on conflict do nothing returning event_id")


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a letter. `reason` is set where it could not be applied: then it stays in its state.

    The reason is what today's code said, or the code of the problem that kept it from being tried.
    """

    id: int
    state: State
    outcome: Outcome | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Those of one service; `apply` is its worker's effect, given one event at a time, `contradicting` as there."""

    engine: AsyncEngine
    service: str
    apply: Apply
    clock: Clock
    catalogue_version: str
    contradicting: Contradicting | None = None
    verifier: SignatureVerifier | None = None

    async def replay(self, id_: int, by: Person, seen: frozenset[str] | None = None) -> Handled:
        """Apply the letter now. Of one that was replayed the same is answered again and nothing is done.

        `seen` are the versions of the letter that the person acts on: where it is another one, and not by this person's
        own replay (a double click), nothing is done (412). Problems: 404, 409 without a value, `StillFails`: then
        nothing stays but one more attempt and the new reason (`_kept`). A failure of the infrastructure is raised as it
        is and leaves the letter as it was.
        """
        async with self.engine.begin() as tx:
            letter = await self._locked(tx, id_)
            own = letter.state == "replayed" and letter.resolved_by == by.subject
            if not letter.was_seen(seen) and not own:
                raise changed_meanwhile()
            if letter.state == "replayed":
                return Handled(letter.id, letter.state, letter.outcome)
            value = await store.value_of(tx, letter.id)
            if value is None:
                raise nothing_to_replay()
            handled = await self._attempt(tx, letter, value, by)
        if handled.reason is not None:
            log.warning("letter.failed_again", letter=id_, type=letter.type, reason=handled.reason)
            raise StillFails(handled.reason)
        security_event("security.dead-letter-act", by, act="replay", letter=id_, outcome=handled.outcome)
        log.info("letter.replayed", letter=id_, type=letter.type, outcome=handled.outcome)
        if handled.outcome == "applied":
            metrics.INBOX_APPLIED.labels(self.service, letter.topic).inc()
        return handled

    async def replay_all(
        self, wanted: Wanted, after: int, limit: int, by: Person, opened: OpenedList | None = None
    ) -> tuple[list[Handled], int | None]:
        """Up to `limit` letters with ids above `after`, oldest first, each in its own transaction.

        Answers what became of each, and the id to go on after (None at the end). A failure of the infrastructure ends
        the run: what was committed before stays, and in a second run nothing takes effect twice. The run over an
        `opened` list leaves what others have decided about since, and says so; what this person replayed is told again.
        """
        async with self.engine.connect() as tx:
            found = await store.next_letters(tx, wanted, after, limit + 1, opened)
        handled = [await self._replay_or_tell(letter, by, opened) for letter in found[:limit]]
        return handled, found[limit - 1].id if len(found) > limit else None

    async def opened_list(self) -> OpenedList:
        """The letters as they are now, for whoever acts on what they see of them."""
        async with self.engine.connect() as tx:
            return OpenedList(await store.newest(tx), self.clock.now())

    async def _replay_or_tell(self, letter: Letter, by: Person, opened: OpenedList | None) -> Handled:
        """In whatever state it is; of an opened list only in the one that it had there."""
        since = opened is not None and letter.resolved_at is not None and letter.resolved_at > opened.at
        own = letter.state == "replayed" and letter.resolved_by == by.subject
        try:
            if since and not own:
                raise changed_meanwhile()
            return await self.replay(letter.id, by, None if opened is None else frozenset({letter.state}))
        except StillFails as problem:
            return Handled(letter.id, letter.state, reason=problem.reason)
        except Problem as problem:
            return Handled(letter.id, letter.state, reason=problem.code)

    async def discard(
        self,
        id_: int,
        note: str,
        by: Person,
        seen: frozenset[str] | None = None,
        confirmed: Collection[str] = (),
    ) -> Handled:
        """Leave the letter alone, with a reason. It is kept whole and may still be replayed. Problems: 404, 409.

        Discarding again changes nothing; `seen` as in `replay`. 422 for a reason that looks like personal data, until
        that is `confirmed` not to be any.
        """
        async with self.engine.begin() as tx:
            letter = await self._locked(tx, id_)
            own = letter.state == "discarded" and (letter.resolved_by, letter.note) == (by.subject, note)
            if not letter.was_seen(seen) and not own:
                raise changed_meanwhile()
            if letter.state == "replayed":
                raise replayed_already()
            if letter.state == "open":
                _check_personal(note, confirmed)
                facts = self._facts(letter, letter.event_id, by)
                await store.discarded(tx, letter.id, note, at=facts["handled_at"], by=by.subject)
                await publish(tx, self._told(letter, DeadLetterDiscarded(**facts)))
        security_event("security.dead-letter-act", by, act="discard", letter=id_, outcome=None)
        log.info("letter.discarded", letter=id_, type=letter.type)
        return Handled(letter.id, "discarded")

    async def _locked(self, tx: AsyncConnection, id_: int) -> Letter:
        letter = await store.find(tx, id_, lock=True)
        if letter is None:
            raise unknown()
        return letter

    async def _attempt(self, tx: AsyncConnection, letter: Letter, value: bytes, by: Person) -> Handled:
        """The effect inside a savepoint; when it fails, the failure is what is kept."""
        try:
            async with tx.begin_nested():
                record = letter.record(value)
                event = read(record, self.verifier)
                outcome = await self._apply(tx, letter, event, record)
                facts = self._facts(letter, event.id, by)
                await store.replayed(tx, letter.id, event.id, outcome, at=facts["handled_at"], by=by.subject)
                await publish(tx, self._told(letter, DeadLetterReplayed(**facts, outcome=outcome)))
        except Exception as error:
            if is_transient(error):
                raise
            reason = _reason(error)
            await store.failed_again(tx, letter.id, _kept(letter, reason))
            return Handled(letter.id, letter.state, reason=reason)
        return Handled(letter.id, "replayed", outcome)

    async def _apply(self, tx: AsyncConnection, letter: Letter, event: Event, record: ConsumerRecord) -> Outcome:
        """A letter that could be read when it was set aside holds the event's claim; another one must get it first.

        What contradicts the event of that id took no effect and never will: only a note closes it.
        """
        if self.contradicting and (found := await self.contradicting(tx, [Received(event, record)])):
            raise Contradicted(found)
        claimed = await tx.scalar(_CLAIM, {"id": event.id})
        if claimed is None and letter.event_id != event.id:
            return "duplicate"
        with self._traced(letter, event) as span:
            await self.apply(tx, [Received(event, record, span)])
        return "applied"

    @contextmanager
    def _traced(self, letter: Letter, event: Event) -> Iterator[SpanContext]:
        """A span in the event's own trace, linked to the request that asks for the replay."""
        span = telemetry.tracer().start_span(
            f"replay {letter.topic}",
            context=telemetry.context_of(event.traceparent),
            kind=SpanKind.CONSUMER,
            links=telemetry.links_to([get_current_span().get_span_context()]),
            attributes={
                **telemetry.messaging("replay", letter.topic, type_="process"),
                **telemetry.cloudevent(event),
                telemetry.GROUP: self.service,
                telemetry.PARTITION: str(letter.partition),
                telemetry.OFFSET: letter.offset,
            },
        )
        try:
            yield span.get_span_context()
        except BaseException as error:
            telemetry.fail(span, error)
            raise
        finally:
            span.end()

    def _facts(self, letter: Letter, event_id: str | None, by: Person) -> dict[str, Any]:
        return {
            "consumer": self.service,
            "letter": letter.id,
            "origin_topic": letter.topic,
            "partition": letter.partition,
            "offset": letter.offset,
            "event_id": event_id,
            "handled_at": self.clock.now(),
            **acting(by.role, by.unit, by.pseudonym),
        }

    def _told(self, letter: Letter, data: DeadLetterHandled) -> Event:
        return Event.of(
            data,
            source=f"/{self.service}",
            subject=f"dead-letter/{self.service}/{letter.id}",
            time=data.handled_at,
            catalogue_version=self.catalogue_version,
        )


def _check_personal(note: str, confirmed: Collection[str]) -> None:
    if CONFIRMATION not in confirmed and (pieces := personal_data(note)):
        raise invalid([Fault(CONFIRMATION, "/reason", told(pieces))])


def _kept(letter: Letter, reason: str) -> str:
    """What was set aside for another reason stays that: of strangers' letters a rebuild believes no id."""
    return letter.reason if reason_in(reason) and not reason_in(letter.reason) else reason


def _reason(error: Exception) -> str:
    """As the consumer tells it: what an event lacks in words, what a rule raised with its kind; no row's content."""
    told = str(error) if isinstance(error, InvalidEvent | Contradicted | Stranger) else without_details(repr(error))
    return told.replace("\x00", "\\0")[:MAX_REASON]
