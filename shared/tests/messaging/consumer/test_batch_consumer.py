"""The batch consumer on a real PostgreSQL: once in effect, poison set aside, infrastructure failures retried."""

import asyncio
import json

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events import Event
from shared.messaging.consumer.batch_consumer import BatchConsumer, Contradicted, is_transient
from shared.messaging.consumer.poison import PoisonGate, PoisonLimit
from shared.messaging.consumer.received import Received
from shared.messaging.retention import forget_inbox

from ..conftest import ServiceProbe, a_record, an_event, stage


async def test_duplicates_and_redelivery_take_effect_once(probe: ServiceProbe) -> None:
    events = [an_event() for _ in range(5)]
    records = [a_record(e.to_bytes(), offset=n) for n, e in enumerate([*events, *events[:2]])]
    consumer = BatchConsumer(probe.engine, "probe", probe.apply)
    await consumer.consume(records)
    await consumer.consume(records[2:])
    assert await probe.effects() == [e.id for e in events]


async def test_an_effect_gets_the_gist_in_place_of_the_event(probe: ServiceProbe) -> None:
    """Where none can be taken it gets the event, and says itself what is wrong with it."""
    good, bad = an_event(), an_event("poison")
    seen: list[tuple[str, object]] = []

    def stage_of(event: Event) -> str:
        if event.id == bad.id:
            raise ValueError("no gist")
        return stage(Received(event, a_record(b"", offset=0)))

    async def apply(tx: AsyncConnection, received: list[Received]) -> None:
        for one in received:
            if one.gist is None:
                raise ValueError(f"a rule refuses {one.event.id}")
            with pytest.raises(TypeError, match=good.id):
                assert one.event
            seen.append((one.envelope.id, one.gist))

    await BatchConsumer(probe.engine, "probe", apply, gist_of=stage_of).consume(
        [a_record(event.to_bytes(), offset=n) for n, event in enumerate((good, bad))]
    )
    assert set(seen) == {(good.id, "T-7")}
    (letter,) = await probe.rows("select event_id, reason, value from dead_letter")
    assert (letter.event_id, letter.value) == (bad.id, bad.to_bytes()) and "refuses" in letter.reason


async def test_what_contradicts_is_set_aside_and_what_repeats_is_not(probe: ServiceProbe) -> None:
    kept, again = an_event(), an_event()
    other = kept.model_copy(update={"catalogueversion": "1" * 64})
    asked: list[list[str]] = []

    async def contradicting(_: AsyncConnection, repeated: list[Received]) -> list[Received]:
        asked.append([r.event.id for r in repeated])
        return [r for r in repeated if r.event == other]

    consumer = BatchConsumer(probe.engine, "probe", probe.apply, contradicting=contradicting)
    records = [a_record(e.to_bytes(), offset=n) for n, e in enumerate((kept, again, other, again))]
    await consumer.consume(records)
    await consumer.consume(records)
    assert await probe.effects() == [kept.id, again.id]
    assert asked == [[kept.id, again.id], [kept.id, again.id, kept.id, again.id]]
    (letter,) = await probe.rows('select "offset", value, event_id, reason from dead_letter')
    assert (letter.offset, letter.value, letter.event_id) == (2, other.to_bytes(), None)
    assert kept.id in letter.reason


async def test_what_an_effect_finds_contradicting_is_set_aside_past_the_gate_and_the_rest_applied(
    probe: ServiceProbe,
) -> None:
    known = {event.id: event for event in (an_event() for _ in range(3))}
    others, fresh = [an_event("poison"), an_event()], an_event()
    gate = PoisonGate("probe", PoisonLimit(share=0, least=2))

    async def apply(tx: AsyncConnection, received: list[Received]) -> None:
        await probe.apply(tx, received)
        if found := [r for r in received if r.event.id in known]:
            raise Contradicted(found)

    records = [a_record(e.to_bytes(), offset=n) for n, e in enumerate((*known.values(), *others, fresh))]
    await BatchConsumer(probe.engine, "probe", apply, gate).consume(records)
    assert await probe.effects() == [others[1].id, fresh.id]
    letters = await probe.rows('select event_id, reason from dead_letter order by "offset"')
    assert [row.event_id for row in letters] == [None, None, None, others[0].id]
    assert all(id_ in row.reason for id_, row in zip(known, letters, strict=False))


async def test_what_contradicts_by_what_it_says_keeps_the_claim_of_its_own_id(probe: ServiceProbe) -> None:
    first, other, after = an_event(), an_event(), an_event()

    async def apply(tx: AsyncConnection, received: list[Received]) -> None:
        await probe.apply(tx, received)
        if found := [r for r in received if r.event.id == other.id]:
            raise Contradicted(found, "the revision is known with other content")

    records = [a_record(e.to_bytes(), offset=n) for n, e in enumerate((first, other, after))]
    consumer = BatchConsumer(probe.engine, "probe", apply)
    await consumer.consume(records)
    await consumer.consume(records)
    assert await probe.effects() == [first.id, after.id]
    (letter,) = await probe.rows("select event_id, reason from dead_letter")
    assert letter.event_id == other.id
    assert letter.reason == f"the revision is known with other content: the event {other.id} took no effect"


async def test_poison_is_isolated_and_the_rest_is_applied_in_order(probe: ServiceProbe) -> None:
    stages = ["T-7", "poison", "T-7", "T-7", "divide", "T-7", "poison"]
    events = [an_event(s) for s in stages]
    await BatchConsumer(probe.engine, "probe", probe.apply).consume(
        [a_record(e.to_bytes(), offset=n) for n, e in enumerate(events)]
    )
    assert await probe.effects() == [e.id for e, s in zip(events, stages, strict=True) if s == "T-7"]
    letters = await probe.rows('select event_id, reason from dead_letter order by "offset"')
    assert [row.event_id for row in letters] == [events[1].id, events[4].id, events[6].id]
    assert "a rule refuses this event" in letters[0].reason


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stages=st.lists(st.sampled_from(["T-7", "T-7", "poison", "divide"]), min_size=1, max_size=20))
async def test_every_event_is_applied_or_dead_never_both_never_neither(probe: ServiceProbe, stages: list[str]) -> None:
    events = [an_event(s) for s in stages]
    await BatchConsumer(probe.engine, "probe", probe.apply).consume(
        [a_record(e.to_bytes(), offset=n, partition=hash(e.id) % 10_000) for n, e in enumerate(events)]
    )
    ids = {e.id for e in events}
    applied = [i for i in await probe.effects() if i in ids]
    dead = {row.event_id for row in await probe.rows("select event_id from dead_letter")} & ids
    assert applied == [e.id for e, s in zip(events, stages, strict=True) if s == "T-7"]
    assert dead == ids - set(applied)


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"{not json", ()),
        (None, ()),
        (b"\xff\xfe\x00", (("traceparent", b"\xff"), ("empty", None))),
        (b'{"type": "vn.tiendo.submission.imagined.v1"}', ()),
        (b"[" * 100_000, ()),
    ],
)
async def test_what_no_code_can_read_is_kept_whole(
    probe: ServiceProbe, value: bytes | None, headers: tuple[tuple[str, bytes | None], ...]
) -> None:
    good = an_event()
    records = [a_record(value, offset=7, headers=headers), a_record(good.to_bytes(), offset=8)]
    consumer = BatchConsumer(probe.engine, "probe", probe.apply)
    await consumer.consume(records)
    await consumer.consume(records)
    assert await probe.effects() == [good.id]
    (letter,) = await probe.rows('select "offset", value, headers from dead_letter')
    assert letter.offset == 7
    assert letter.value == value
    assert len(letter.headers) == len(headers)


async def test_an_infrastructure_failure_is_raised_and_nothing_is_dead(probe: ServiceProbe) -> None:
    async def down(*_: object) -> None:
        raise ConnectionResetError("the server went away")

    event = an_event()
    consumer = BatchConsumer(probe.engine, "probe", down)
    with pytest.raises(ConnectionResetError):
        await consumer.consume([a_record(event.to_bytes(), offset=1)])
    assert await probe.rows("select 1 from inbox union all select 1 from dead_letter") == []
    await BatchConsumer(probe.engine, "probe", probe.apply).consume([a_record(event.to_bytes(), offset=1)])
    assert await probe.effects() == [event.id]


async def test_two_owners_of_a_partition_apply_once(probe: ServiceProbe) -> None:
    records = [a_record(an_event().to_bytes(), offset=n) for n in range(50)]
    one, two = (BatchConsumer(probe.engine, "probe", probe.apply) for _ in range(2))
    await asyncio.gather(one.consume(records), two.consume(list(reversed(records))))
    assert len(await probe.effects()) == 50


async def test_statements_do_not_grow_with_the_batch(probe: ServiceProbe) -> None:
    async def count(n: int) -> int:
        statements: list[str] = []

        def note(_c: object, _u: object, statement: str, *_: object) -> None:
            statements.append(statement)

        sa.event.listen(probe.engine.sync_engine, "before_cursor_execute", note)
        try:
            await BatchConsumer(probe.engine, "probe", probe.apply).consume(
                [a_record(an_event().to_bytes(), offset=i) for i in range(n)]
            )
        finally:
            sa.event.remove(probe.engine.sync_engine, "before_cursor_execute", note)
        return len(statements)

    await count(1)
    assert await count(10) == await count(400) <= 2  # the claim and the effect


def test_transient_is_told_from_poison() -> None:
    assert is_transient(OSError())
    assert is_transient(TimeoutError())
    assert not is_transient(ValueError())


@pytest.mark.parametrize("field", ["id", "subject", "traceparent", "catalogueversion"])
async def test_a_nul_in_the_envelope_is_a_dead_letter(probe: ServiceProbe, field: str) -> None:
    good, bad = an_event(), json.loads(an_event().to_bytes())
    bad[field] = "a\x00b"
    records = [a_record(json.dumps(bad).encode(), offset=3), a_record(good.to_bytes(), offset=4)]
    await BatchConsumer(probe.engine, "probe", probe.apply).consume(records)
    assert await probe.effects() == [good.id]
    assert len(await probe.rows("select 1 from dead_letter")) == 1


async def test_a_header_key_that_json_cannot_hold_is_kept(probe: ServiceProbe) -> None:
    await BatchConsumer(probe.engine, "probe", probe.apply).consume(
        [a_record(b"junk", offset=5, headers=(("a\x00b", b"1"), ("ô", b"2")))]
    )
    (letter,) = await probe.rows("select headers from dead_letter")
    assert [key for key, _ in letter.headers] == ["a\\x00b", "\\xf4"]


async def test_what_no_index_can_hold_is_a_dead_letter(probe: ServiceProbe) -> None:
    async with probe.engine.begin() as tx:
        await tx.execute(sa.text("create table wide (word text primary key)"))

    async def index(tx: AsyncConnection, _: list[Received]) -> None:
        noise = "select string_agg(md5(n::text), '') from generate_series(1, 500) n"
        await tx.execute(sa.text(f"insert into wide {noise}"))

    await BatchConsumer(probe.engine, "probe", index).consume([a_record(an_event().to_bytes(), offset=1)])
    (letter,) = await probe.rows("select reason from dead_letter")
    assert "index row" in letter.reason


@pytest.mark.parametrize("time", ["2026-11-24T08:00:00", 1_790_000_000])
async def test_a_time_that_is_no_instant_is_a_dead_letter(probe: ServiceProbe, time: object) -> None:
    bad = json.loads(an_event().to_bytes()) | {"time": time}
    await BatchConsumer(probe.engine, "probe", probe.apply).consume([a_record(json.dumps(bad).encode(), offset=1)])
    (letter,) = await probe.rows("select reason from dead_letter")
    assert letter.reason.startswith("time:")


async def test_a_missing_table_is_not_the_events_fault(probe: ServiceProbe) -> None:
    async def deploy_too_early(tx: AsyncConnection, _: list[Received]) -> None:
        await tx.execute(sa.text("select * from a_table_of_the_next_version"))

    with pytest.raises(ProgrammingError):
        await BatchConsumer(probe.engine, "probe", deploy_too_early).consume(
            [a_record(an_event().to_bytes(), offset=1)]
        )
    assert await probe.rows("select 1 from dead_letter") == []


async def test_old_claims_are_forgotten_in_chunks(probe: ServiceProbe) -> None:
    async with probe.engine.begin() as tx:
        await tx.execute(
            sa.text("insert into inbox select n::text, now() - interval '15 days' from generate_series(1, 25000) n")
        )
        await tx.execute(sa.text("insert into inbox values ('young')"))
    assert await forget_inbox(probe.engine) == 25_000
    assert [row.event_id for row in await probe.rows("select event_id from inbox")] == ["young"]
