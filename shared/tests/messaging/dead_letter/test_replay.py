"""Dead letters on a real PostgreSQL: replayed in one transaction, once in effect; a failure leaves all as it was."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import ANY

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access import Person
from shared.errors import Problem
from shared.events import DATA_TYPES, ActEvent, Event
from shared.messaging import BatchConsumer, Received, ServiceWorker
from shared.messaging.dead_letter import Handled, StillFails, Wanted, find, search
from shared.messaging.retention import forget_inbox

from ..conftest import ServiceProbe, a_record, an_event, stage
from .letters import ANOTHER, BY, THEN, everything, letters_of, mended, set_aside, told


async def test_a_replay_applies_once_and_tells_of_it(probe: ServiceProbe) -> None:
    event = an_event("poison")
    [id_] = await set_aside(probe, event.to_bytes())
    letters = letters_of(probe, mended(probe))
    assert await letters.replay(id_, BY) == Handled(id_, "replayed", "applied")
    assert await letters.replay(id_, ANOTHER) == Handled(id_, "replayed", "applied")
    assert await probe.effects() == [event.id]
    [event_told] = await told(probe)
    assert (event_told.source, event_told.subject) == ("/probe", f"dead-letter/probe/{id_}")
    assert event_told.data.model_dump() == {
        "consumer": "probe", "letter": id_, "origin_topic": "deadlines.v1", "partition": 0, "offset": 0,
        "event_id": event.id, "handled_at": THEN, "outcome": "applied",
        "acting_role": "ops", "acting_unit": "SO_NOI_VU", "acting_subject": None,
    }  # fmt: skip
    async with probe.engine.connect() as tx:
        letter = await find(tx, id_)
    assert letter is not None
    assert (letter.state, letter.outcome, letter.attempts, letter.resolved_by) == ("replayed", "applied", 1, BY.subject)
    assert letter.resolved_at == THEN


async def test_the_effect_gets_the_record_as_it_stood_in_kafka(probe: ServiceProbe) -> None:
    event = an_event("poison")
    given: list[Received] = []

    async def apply(tx: AsyncConnection, received: list[Received]) -> None:
        given.extend(received)

    [id_] = await set_aside(probe, event.to_bytes())
    await letters_of(probe, apply).replay(id_, BY)
    original = a_record(event.to_bytes(), offset=0, headers=(("trace", b"\xff"), ("none", None)))
    assert [(r.event, r.record) for r in given] == [(event, replace(original, serialized_key_size=ANY))]


async def test_two_replays_at_the_same_instant_apply_once(probe: ServiceProbe) -> None:
    event = an_event("poison")
    [id_] = await set_aside(probe, event.to_bytes())
    letters = letters_of(probe, mended(probe))
    answers = await asyncio.gather(*(letters.replay(id_, Person("ops", "SO_NOI_VU", f"ops-{n}")) for n in range(6)))
    assert answers == [Handled(id_, "replayed", "applied")] * 6
    assert await probe.effects() == [event.id]
    assert len(await told(probe)) == 1


async def test_a_replay_that_fails_again_keeps_the_letter_and_nothing_else(probe: ServiceProbe) -> None:
    [id_] = await set_aside(probe, an_event("divide").to_bytes())

    async def refuse(tx: AsyncConnection, received: list[Received]) -> None:
        await mended(probe)(tx, received)
        raise KeyError("B99 is no form of the plan")

    with pytest.raises(StillFails, match="still cannot be applied") as raised:
        await letters_of(probe, refuse).replay(id_, BY)
    assert raised.value.status == 422
    assert raised.value.reason == "KeyError('B99 is no form of the plan')"
    [letter] = await probe.rows("select state, attempts, reason, resolved_at from dead_letter")
    assert letter == ("open", 1, raised.value.reason, None)
    assert await probe.effects() == []
    assert await told(probe) == []


async def test_an_infrastructure_failure_leaves_all_as_it_was(probe: ServiceProbe) -> None:
    [id_] = await set_aside(probe, an_event("poison").to_bytes())
    before = await everything(probe)

    async def down(tx: AsyncConnection, received: list[Received]) -> None:
        await mended(probe)(tx, received)
        raise ConnectionResetError("the server went away")

    with pytest.raises(ConnectionResetError):
        await letters_of(probe, down).replay(id_, BY)
    assert await everything(probe) == before


async def test_a_process_killed_before_the_commit_leaves_all_as_it_was(
    probe: ServiceProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL sees the same of a kill -9: the connection ends after the last statement and before the commit."""
    event = an_event("poison")
    [id_] = await set_aside(probe, event.to_bytes())
    before = await everything(probe)
    publish = "shared.messaging.dead_letter.replay.publish"

    async def die(tx: AsyncConnection, *events: Event) -> None:
        [backend] = (await tx.execute(sa.text("select pg_backend_pid()"))).scalars()
        async with probe.engine.connect() as other:
            await other.execute(sa.text("select pg_terminate_backend(:pid)"), {"pid": backend})
        await tx.execute(sa.text("select 1"))

    with monkeypatch.context() as patch:
        patch.setattr(publish, die)
        with pytest.raises(sa.exc.DBAPIError):
            await letters_of(probe, mended(probe)).replay(id_, BY)
    assert await everything(probe) == before
    assert (await letters_of(probe, mended(probe)).replay(id_, BY)).outcome == "applied"
    assert await probe.effects() == [event.id]


async def test_after_an_upgrade_an_unknown_type_is_known(probe: ServiceProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    event = an_event()
    letters = letters_of(probe, mended(probe))
    with monkeypatch.context() as patch:
        patch.delitem(DATA_TYPES, event.type)
        [id_] = await set_aside(probe, event.to_bytes())
        async with probe.engine.connect() as tx:
            [letter] = await search(tx, Wanted(type=event.type), None, 10)
        assert (letter.event_id, letter.source, "unknown event type" in letter.reason) == (None, "/probe", True)
        with pytest.raises(StillFails, match="still cannot"):
            await letters.replay(id_, BY)
    assert (await letters.replay(id_, BY)).outcome == "applied"
    assert await probe.effects() == [event.id]
    await BatchConsumer(probe.engine, "probe", mended(probe)).consume([a_record(event.to_bytes(), offset=9)])
    assert await probe.effects() == [event.id]


async def test_a_form_that_the_catalogue_has_only_now(probe: ServiceProbe) -> None:
    forms = {"T-7"}

    async def by_catalogue(tx: AsyncConnection, received: list[Received]) -> None:
        for r in received:
            if stage(r) not in forms:
                raise LookupError(f"no form {stage(r)}")
        await mended(probe)(tx, received)

    old, new = an_event("T-7"), an_event("B99")
    consumer = BatchConsumer(probe.engine, "probe", by_catalogue)
    await consumer.consume([a_record(e.to_bytes(), offset=n) for n, e in enumerate([new, old])])
    [row] = await probe.rows("select id from dead_letter")
    letters = letters_of(probe, by_catalogue)
    with pytest.raises(StillFails, match="still cannot"):
        await letters.replay(row.id, BY)
    forms.add("B99")
    assert (await letters.replay(row.id, BY)).outcome == "applied"
    assert await probe.effects() == [old.id, new.id]


async def test_an_event_that_took_effect_meanwhile_is_a_duplicate(
    probe: ServiceProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read by nobody at first, then sent again by its producer and applied by code that knows it."""
    event = an_event()
    with monkeypatch.context() as patch:
        patch.delitem(DATA_TYPES, event.type)
        ids = await set_aside(probe, event.to_bytes(), event.to_bytes())
    letters = letters_of(probe, mended(probe))
    assert (await letters.replay(ids[0], BY)).outcome == "applied"
    assert await letters.replay(ids[1], BY) == Handled(ids[1], "replayed", "duplicate")
    assert await letters.replay(ids[1], BY) == Handled(ids[1], "replayed", "duplicate")
    assert await probe.effects() == [event.id]
    assert [e.data.model_dump()["outcome"] for e in await told(probe)] == ["applied", "duplicate"]


async def test_a_delivery_and_a_replay_at_the_same_instant_apply_once(
    probe: ServiceProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [an_event() for _ in range(8)]
    with monkeypatch.context() as patch:
        patch.delitem(DATA_TYPES, events[0].type)
        ids = await set_aside(probe, *(e.to_bytes() for e in events))
    consumer = BatchConsumer(probe.engine, "probe", mended(probe))
    again = [a_record(e.to_bytes(), offset=100 + n) for n, e in enumerate(events)]
    letters = letters_of(probe, mended(probe))
    await asyncio.gather(consumer.consume(again), *(letters.replay(id_, BY) for id_ in reversed(ids)))
    assert sorted(await probe.effects()) == sorted(e.id for e in events)


async def test_what_holds_no_value_cannot_be_replayed(probe: ServiceProbe) -> None:
    [id_] = await set_aside(probe, None)
    with pytest.raises(Problem, match="holds no value") as raised:
        await letters_of(probe, mended(probe)).replay(id_, BY)
    assert raised.value.status == 409
    assert (await probe.rows("select state, attempts from dead_letter")) == [("open", 0)]


async def test_discarded_letters_are_kept_whole_and_may_be_replayed(probe: ServiceProbe) -> None:
    event = an_event("poison")
    [id_] = await set_aside(probe, event.to_bytes())
    letters = letters_of(probe, mended(probe))
    assert await letters.discard(id_, "a test of the agency", BY) == Handled(id_, "discarded")
    assert await letters.discard(id_, "another reason", ANOTHER) == Handled(id_, "discarded")
    [row] = await probe.rows("select value, note, resolved_by from dead_letter")
    assert row == (event.to_bytes(), "a test of the agency", BY.subject)
    assert (await letters.replay(id_, BY)).outcome == "applied"
    with pytest.raises(Problem, match="cannot be discarded") as raised:
        await letters.discard(id_, "too late", BY)
    assert raised.value.status == 409
    assert [e.type for e in await told(probe)] == [
        "vn.tiendo.deadletter.discarded.v1",
        "vn.tiendo.deadletter.replayed.v1",
    ]
    acts = [e.data for e in await told(probe)]
    assert "agency" not in str(acts) and BY.subject not in str(acts)
    assert {(act.acting_role, act.acting_unit) for act in acts if isinstance(act, ActEvent)} == {("ops", "SO_NOI_VU")}


async def test_the_worker_tells_how_many_are_open(probe: ServiceProbe) -> None:
    ids = await set_aside(probe, b"{", b"[", b"")
    await letters_of(probe, mended(probe)).discard(ids[0], "not one of ours", BY)
    worker = ServiceWorker(probe.settings, probe.engine)
    await worker.start()
    try:
        async with asyncio.timeout(20):
            while REGISTRY.get_sample_value("tiendo_dead_letters_open", {"service": "probe"}) != 2:
                await asyncio.sleep(0.05)
    finally:
        await worker.stop()


async def test_a_claim_is_kept_as_long_as_its_letter_may_be_replayed(
    probe: ServiceProbe, unique: Callable[[str], str]
) -> None:
    waiting, done = an_event("poison"), an_event("poison")
    ids = await set_aside(probe, waiting.to_bytes(), done.to_bytes())
    await letters_of(probe, mended(probe)).replay(ids[1], BY)
    async with probe.engine.begin() as tx:
        await tx.execute(sa.text("update inbox set received_at = now() - interval '15 days'"))
    assert await forget_inbox(probe.engine) == 1
    assert [row.event_id for row in await probe.rows("select event_id from inbox")] == [waiting.id]


async def test_what_contradicts_is_not_replayed_but_may_be_discarded(probe: ServiceProbe) -> None:
    event = an_event("poison")
    [id_] = await set_aside(probe, event.to_bytes())

    async def contradicting(_: AsyncConnection, received: list[Received]) -> list[Received]:
        return received

    letters = replace(letters_of(probe, mended(probe)), contradicting=contradicting)
    with pytest.raises(StillFails, match="still-fails") as failed:
        await letters.replay(id_, BY)
    assert failed.value.reason == f"the event {event.id} is known with other bytes: this record took no effect"
    [handled], _ = await letters.replay_all(Wanted(), 0, 10, BY)
    assert handled == Handled(id_, "open", reason=failed.value.reason)
    assert await probe.effects() == [] and await told(probe) == []
    assert (await letters.discard(id_, "sent by hand", BY)).state == "discarded"
