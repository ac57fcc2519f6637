"""`python -m submissions reconcile`: this database and what Kafka knows of it, compared both ways. `--apply` repairs.

What the events have and this database lost is put back in; what it has and nobody heard of is published; the relay goes
on behind the last number that left. As the role that owns the tables: reports get other numbers, which the one that
serves may not give them. Exit code: 0 nothing differs (any more), 1 something does, 3 it could not be done.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.auth.pseudonym import Pseudonyms
from shared.catalogue import load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import (
    ActingFields,
    Event,
    ObligationOpened,
    SubmissionAccepted,
    SubmissionDecided,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionsEvent,
    SubmissionWithdrawn,
    acting,
)
from shared.messaging import publish
from shared.messaging.restore.relay_healing import SentBeyond, go_on_behind, hold_relay, sent_beyond
from shared.messaging.restore.source_tail import own_events
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.retention import kept
from shared.settings import ServiceSettings
from submissions import events
from submissions.rules.recovery import LocalChange, Recovery, all_since, recover
from submissions.rules.violation import violation
from submissions.store import recovery as store

Log = dict[tuple[UUID, int], Event]
"""By obligation and version."""

WELL, DIFFERENT, NOT_DONE = 0, 1, 3
NOBODY: ActingFields = {"acting_role": None, "acting_unit": None, "acting_subject": None}
SHOWN = 20
DECIDED: dict[type[SubmissionDecided], tuple[str, str]] = {
    SubmissionAccepted: ("accept", "accepted"),
    SubmissionReturned: ("return", "returned"),
    SubmissionWithdrawn: ("withdraw", "withdrawn"),
}


def reconcile(settings: ServiceSettings, argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m submissions reconcile", description=__doc__)
    parser.add_argument("--apply", action="store_true", help="repair what differs")
    arguments = parser.parse_args(argv)
    if faults := settings.owner_faults(production=settings.environment == "production"):
        print(*faults, sep="\n", file=sys.stderr)
        return NOT_DONE
    try:
        return asyncio.run(run(settings, apply=arguments.apply))
    except (KafkaError, OSError) as fault:
        print(f"not done: {fault}", file=sys.stderr)
        return NOT_DONE


async def run(settings: ServiceSettings, *, apply: bool) -> int:
    """Raises TimeoutError when reports leave no moment to repair in."""
    engine = create_engine(settings.as_owner(), pool_size=2)
    catalogue_version, pseudonyms = load(settings.catalogue_path).version, Pseudonyms.of_settings(settings)
    refused: set[UUID] = set()
    try:
        # The database, Kafka, and the database again: of what moves meanwhile it is known which came first. No
        # transaction is open while Kafka is read, which takes as long as there are events.
        async with engine.connect() as tx:
            before = await store.history(tx)
        heard, since = await read_log(settings)
        sent = await sent_beyond(settings, engine)
        async with engine.begin() as tx:
            if apply:
                await hold_relay(tx)
                await store.keep_still(tx)
            found = recover([data for _, data in heard], before, await store.history(tx), since)
            differs = bool(not found.nothing or sent.lacking)
            if apply and differs:
                log = {(data.obligation_id, data.version): event for event, data in heard}
                refused = await put_back(tx, found, log)
                await go_on_behind(tx, events.SOURCE, sent)
                await publish_unheard(tx, found, catalogue_version, pseudonyms)
    finally:
        await engine.dispose()
    print(*lines(found, sent), sep="\n")
    for one in sorted(refused):
        print(f"left alone: obligation {one} was opened again under another id")
    if not (apply and differs):
        return DIFFERENT if differs else WELL
    print("done: the relay goes on within seconds")
    return DIFFERENT if found.for_a_person or refused else WELL


async def read_log(settings: ServiceSettings) -> tuple[list[tuple[Event, SubmissionsEvent]], datetime | None]:
    """The events of obligations that this service has signed, and since when there are all of them: None where the
    first is there."""
    heard: list[tuple[Event, SubmissionsEvent]] = []
    whole = False
    async for event, _ in own_events(settings, SignatureVerifier.of(settings)):
        if isinstance(event.data, SubmissionsEvent):
            heard.append((event, event.data))
            whole = whole or int(event.sequence or 0) == 1
    now = Clock(timedelta(seconds=settings.clock_offset_seconds)).now()
    return heard, all_since([event.time for event, _ in heard], now - kept("kafka"), whole=whole)


def lines(found: Recovery, sent: SentBeyond) -> list[str]:
    """What differs, in numbers and with the first few of each kind."""
    told = []
    kinds: list[tuple[str, Sequence[SubmissionsEvent | LocalChange]]] = [
        ("in the log, lost here", found.lost),
        ("here, never published", found.unpublished),
        (
            "taken here under a number that the log knows: they follow on it",
            [c for m in found.moved.values() for c in m],
        ),
        ("other than the log says: left alone", found.contradicting),
        ("in the log, which says something else under the same version, too: left alone", found.torn),
        ("in the log, but what stands before them is gone from Kafka: left alone", found.gone),
    ]
    for name, changes in kinds:
        for type_, count in sorted(Counter(change.type for change in changes).items()):
            told.append(f"{count} {type_}: {name}")
        told += [f"  {change.obligation_id} version {change.version}" for change in changes[:SHOWN]]
    if sent.lacking and sent.last:
        told.append(f"sent: the database knows number {sent.cursor.sequence}, Kafka {sent.last.sequence}")
    return told or ["nothing differs"]


async def put_back(tx: AsyncConnection, found: Recovery, log: Log) -> set[UUID]:
    """Put back what was lost, in the order of versions; the obligations that could not be."""
    await store.forget_unsent(tx, list(found.moved))
    last: dict[UUID, SubmissionsEvent] = {event.obligation_id: event for event in found.lost}
    for obligation_id, changes in found.moved.items():
        for distance, change in reversed(list(enumerate(changes, 1))):  # from the last: no two share a number
            await store.renumber(tx, change.submission_id, _revision(last[obligation_id]) + distance)
    refused: set[UUID] = set()
    mark = violation("recovered", "/narrative")
    for data in found.lost:
        if data.obligation_id in refused:
            continue
        if isinstance(data, ObligationOpened):
            if not await store.put_back_opening(tx, log[data.obligation_id, data.version], data):
                refused.add(data.obligation_id)
        elif isinstance(data, SubmissionReceived):
            await store.put_back_revision(tx, log[data.obligation_id, data.version], data, mark)
        else:
            await store.put_back_decision(
                tx, log[data.obligation_id, data.version], data, *DECIDED[type(data)], reason=mark.text.vi
            )
    for obligation_id, data in last.items():
        moved = len(found.moved.get(obligation_id, ()))
        state = "submitted" if moved else _state(data)
        await store.set_standing(tx, obligation_id, data.version + moved, _revision(data) + moved, state)
    return refused


def _revision(data: SubmissionsEvent) -> int:
    return 0 if isinstance(data, ObligationOpened) else data.revision


def _state(data: SubmissionsEvent) -> str:
    if isinstance(data, ObligationOpened):
        return "open"
    return "submitted" if isinstance(data, SubmissionReceived) else DECIDED[type(data)][1]


async def publish_unheard(tx: AsyncConnection, found: Recovery, catalogue_version: str, pseudonyms: Pseudonyms) -> None:
    """What nobody has heard of, from the rows that stand now, each obligation's in the order of its versions."""
    told = [
        *await _openings(tx, found, catalogue_version),
        *await _revisions(tx, found, catalogue_version, pseudonyms),
        *await _decisions(tx, found, catalogue_version),
    ]
    await publish(tx, *(event for _, event in sorted(told, key=lambda one: one[0])))


async def _openings(tx: AsyncConnection, found: Recovery, catalogue_version: str) -> list[tuple[int, Event]]:
    """Who opened a period is in its events alone: these name nobody."""
    versions = {one.obligation_id: one.version for one in found.unpublished if one.type == ObligationOpened.type}
    rows = await store.obligations_of(tx, list(versions))
    return [
        (version, events.opened(replace(rows[one], version=version), catalogue_version, NOBODY))
        for one, version in versions.items()
    ]


async def _revisions(
    tx: AsyncConnection, found: Recovery, catalogue_version: str, pseudonyms: Pseudonyms
) -> list[tuple[int, Event]]:
    last = {event.obligation_id: event.version for event in found.lost}
    versions = {change.submission_id: change.version for change in found.unpublished if change.is_revision}
    for obligation_id, changes in found.moved.items():
        versions |= {change.submission_id: last[obligation_id] + n for n, change in enumerate(changes, 1)}
    rows = await store.rows_of(tx, list(versions))
    told = []
    for one, version in versions.items():
        subject, pseudonym = rows[one].submitted_by, rows[one].submitted_pseudonym
        who = pseudonyms.of(subject) if subject else pseudonym
        told.append((version, events.received_again(rows[one], catalogue_version, version, who)))
    return told


async def _decisions(tx: AsyncConnection, found: Recovery, catalogue_version: str) -> list[tuple[int, Event]]:
    """A submission is accepted once, returned once, withdrawn once: its kind tells which decision it was."""
    types = {kind.type for kind in events.DECIDED.values()}
    versions = {(one.submission_id, one.type): one.version for one in found.unpublished if one.type in types}
    told = []
    for review, submission in await store.decisions_of(tx, {id for id, _ in versions}):
        version = versions.get((submission.id, events.DECIDED[review.act].type))
        if version is not None:
            by = acting(review.role, review.unit) if review.role else NOBODY
            told.append((version, events.decided(review, submission, version, catalogue_version, by)))
    return told
