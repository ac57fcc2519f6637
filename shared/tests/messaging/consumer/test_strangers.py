"""A consumer and what is not of our services: no effect, no claim, no poison, an alarm, and no flood of rows."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from structlog.testing import capture_logs

from shared.messaging import BatchConsumer
from shared.messaging.consumer import strangers
from shared.messaging.consumer.poison import COPIES_KEPT, PoisonGate, PoisonLimit
from shared.messaging.consumer.strangers import Strangers
from shared.messaging.restore.consumed import held_positions, set_positions
from shared.messaging.retention import forget_strangers
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.messaging.signing.stranger import told

from ..conftest import NOW, ServiceProbe, a_record
from ..signing.keys import Keys, chained, signed
from ..workers import counted


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def consumer_of(probe: ServiceProbe, keys: Keys, gate: PoisonGate | None = None) -> BatchConsumer:
    return BatchConsumer(probe.engine, "probe", probe.apply, gate, verifier=SignatureVerifier(keys.trusted))


def refused(reason: str) -> float:
    return counted("tiendo_strangers_total", service="probe", topic="deadlines.v1", reason=reason)


async def test_an_altered_copy_never_beats_the_event_that_its_source_signed(probe: ServiceProbe, keys: Keys) -> None:
    """It comes first, with the id of the event: unsigned, it would have claimed the id, and the true one been a
    duplicate for good."""
    (true,) = signed(keys.signer(), chained(1), first=5)
    altered = true.value.replace(b'"days_left":7', b'"days_left":9')
    assert altered != true.value
    before = refused("unsigned"), refused("bad-signature")
    consumer = consumer_of(probe, keys)
    await consumer.consume([a_record(altered, offset=1), a_record(altered, offset=2, headers=true.headers)])
    assert await probe.effects() == [] and await probe.rows("select 1 from inbox") == []
    await consumer.consume([true])
    assert len(await probe.effects()) == 1
    letters = await probe.rows('select event_id, reason, "offset" from dead_letter order by "offset"')
    assert [tuple(letter) for letter in letters] == [(None, told("unsigned"), 1), (None, told("bad-signature"), 2)]
    assert (refused("unsigned"), refused("bad-signature")) == (before[0] + 1, before[1] + 1)


async def test_among_strangers_the_others_take_effect(probe: ServiceProbe, keys: Keys) -> None:
    mine = signed(keys.signer(), chained(3), first=10)
    junk = [a_record(b"junk %d" % n, offset=n) for n in range(4)]
    foreign = signed(keys.stranger(), chained(2), first=20)
    await consumer_of(probe, keys).consume([junk[0], mine[0], foreign[0], mine[1], *junk[1:], mine[2], foreign[1]])
    assert len(await probe.effects()) == 3
    assert len(await probe.rows("select 1 from dead_letter")) == 6


async def test_strangers_leave_no_hole_in_the_positions(probe: ServiceProbe, keys: Keys) -> None:
    """A hole looks like a restored backup: one record of a stranger would have stopped the service for good."""
    async with probe.engine.begin() as tx:
        await set_positions(tx, {TopicPartition("deadlines.v1", 0): 0})
    mine = signed(keys.signer(), chained(1), first=1)
    consumer = consumer_of(probe, keys)
    for batch, held in (
        ([a_record(b"junk", offset=0)], 1),
        ([mine[0], a_record(b"junk", offset=2)], 3),
        ([a_record(b"junk", offset=3), a_record(b"junk", offset=4)], 5),
    ):
        await consumer.consume(batch)
        async with probe.engine.connect() as tx:
            assert set((await held_positions(tx)).values()) == {held}


async def test_strangers_do_not_stop_a_consumer(probe: ServiceProbe, keys: Keys) -> None:
    """400 records of junk stopped three services."""
    gate = PoisonGate("probe", PoisonLimit(share=0.1, least=10))
    mine = signed(keys.signer(), chained(2), first=1000)
    junk = [a_record(b"junk", offset=n) for n in range(400)]
    await consumer_of(probe, keys, gate).consume([*junk, *mine])
    assert gate.stopped is None and len(await probe.effects()) == 2


async def test_poison_that_its_source_signed_still_does(probe: ServiceProbe, keys: Keys) -> None:
    gate = PoisonGate("probe", PoisonLimit(share=0.1, least=10))
    records = signed(keys.signer(), [b"signed junk %d" % n for n in range(50)])
    with pytest.raises(Exception, match="50 of 50 records are poison"):
        await consumer_of(probe, keys, gate).consume(records)


async def test_copies_of_one_unreadable_record_stop_nobody(probe: ServiceProbe, keys: Keys) -> None:
    """Of one record that its source has signed and this program cannot read anybody who may write the topic makes as
    many as he likes: audit stood still, or its database was filled."""
    gate = PoisonGate("probe", PoisonLimit(share=0.1, least=10))
    signer = keys.signer()
    (unreadable,) = signed(signer, [b'{"type": "vn.tiendo.deadline.approaching.v9"}'], first=1)
    mine = signed(signer, chained(2), first=1000)
    consumer = consumer_of(probe, keys, gate)
    with capture_logs() as lines:
        for first in (0, 100):
            await consumer.consume([replace(unreadable, offset=first + n) for n in range(100)])
    told_of = [line for line in lines if line["event"] == "poison.copies"]
    assert [(one["topic"], one["partition"]) for one in told_of] == [("deadlines.v1", 0)] * 2
    assert [(one["not_kept"], one["first_offset"], one["last_offset"]) for one in told_of] == [
        (90, 10, 99),
        (100, 100, 199),
    ]
    await consumer.consume(mine)
    assert gate.stopped is None and len(await probe.effects()) == 2
    assert len(await probe.rows("select 1 from dead_letter")) == COPIES_KEPT
    others = signed(signer, [b"signed junk %d" % n for n in range(9)], first=2000)
    with pytest.raises(Exception, match="10 of 12 records are poison"):  # 200 copies hide no true poison either
        await consumer.consume(others)


def test_records_without_a_value_are_told_apart_by_their_keys() -> None:
    empty = [(replace(a_record(b"", offset=n), value=None, key=b"%d" % n), None, "no value") for n in range(20)]
    sifted = PoisonGate("probe").sift([*empty, *empty])
    assert (sifted.counts, len(sifted.kept)) == (20, 40)


async def test_a_flood_does_not_fill_the_database(probe: ServiceProbe, keys: Keys) -> None:
    keys.signer()
    before = refused("unsigned")
    consumer = consumer_of(probe, keys)
    for batch in range(3):
        await consumer.consume([a_record(b"x" * 5000, offset=batch * 150 + n) for n in range(150)])
    await consumer.consume([a_record(b"x", offset=n, partition=1) for n in range(3)])
    kept = await probe.rows("select partition, count(*) from dead_letter group by partition order by partition")
    assert [tuple(row) for row in kept] == [(0, strangers.KEPT), (1, 3)]
    assert refused("unsigned") == before + 453, "all are counted"


async def test_nor_do_few_and_large_ones(probe: ServiceProbe, keys: Keys) -> None:
    """100 records of a megabyte in each of 36 partitions were 3.6 GB an hour, kept for good."""
    keys.signer()
    consumer = consumer_of(probe, keys)
    large, parts = b"x" * 900_000, (b"k" * 400_000, b"v" * 100, b"h" * 400_000)
    for at in range(0, 6, 3):
        flood = [a_record(large, offset=at + n) for n in range(2)]
        wide = replace(a_record(parts[1], offset=at + 2, headers=(("h", parts[2]),)), key=parts[0])
        await consumer.consume([*flood, wide])
    await consumer.consume([a_record(b"small", offset=9)])
    rows = await probe.rows('select value, key, headers, reason from dead_letter order by "offset"')
    held = sum(len(row.value or b"") + len(row.key or b"") + len(str(row.headers)) for row in rows)
    assert len(rows) == 7 and held < strangers.KEPT_BYTES
    assert rows[0].value is None and rows[0].reason.startswith(told("unsigned"))
    assert f"900000 bytes with the SHA-256 {sha256(large).hexdigest()}" in rows[0].reason
    assert (bytes(rows[-1].value), rows[-1].reason) == (b"small", told("unsigned"))


async def test_what_is_kept_of_bytes_is_counted_over_the_batches(probe: ServiceProbe, keys: Keys) -> None:
    keys.signer()
    consumer, value = consumer_of(probe, keys), b"x" * (strangers.KEPT_BYTES // 3)
    for offset in range(4):
        await consumer.consume([a_record(value, offset=offset), a_record(value, offset=offset, partition=1 + offset)])
    rows = await probe.rows('select partition, value is not null from dead_letter order by partition, "offset"')
    assert [tuple(row) for row in rows] == [*((0, n < 2) for n in range(4)), *((1 + n, True) for n in range(4))]


async def test_letters_of_strangers_are_forgotten_in_time(probe: ServiceProbe, keys: Keys) -> None:
    """Open ones, too: nobody discards a flood. What a source has signed and cannot be applied is evidence for good."""
    mine = signed(keys.signer(), [b"signed junk"])
    await consumer_of(probe, keys).consume([*(a_record(b"junk %d" % n, offset=10 + n) for n in range(5)), *mine])
    aged, late = "now() - interval '91 days'", "now() - interval '89 days'"
    async with probe.engine.begin() as tx:
        for offset, change in (
            ("10", f"created_at = {aged}"),
            ("11", f"created_at = {late}"),
            ("12", f"created_at = {aged}, state = 'discarded', resolved_at = {aged}"),
            ("13", f"created_at = {aged}, state = 'discarded', resolved_at = {late}"),
            ("14", f"created_at = {aged}, state = 'replayed', outcome = 'applied', resolved_at = {aged}"),
            ("1", f"created_at = {aged}"),
        ):
            await tx.exec_driver_sql(f'update dead_letter set {change} where "offset" = {offset}')
    assert await forget_strangers(probe.engine) == 2
    left = await probe.rows('select "offset" from dead_letter order by "offset"')
    assert [row[0] for row in left] == [mine[0].offset, 11, 13, 14]


@pytest.mark.parametrize("reason", ["unknown-key", "key-not-valid-then"])
async def test_an_open_letter_that_may_be_ours_waits(probe: ServiceProbe, keys: Keys, reason: str) -> None:
    """Its key was published late: after 90 days of an unread page the event was gone for good."""
    signer = keys.stranger() if reason == "unknown-key" else keys.signer(ends=NOW - timedelta(days=1))
    keys.signer()
    junk = [a_record(b"junk", offset=n) for n in (10, 11)]
    await consumer_of(probe, keys).consume([*signed(signer, chained(2), first=1), *junk])
    async with probe.engine.begin() as tx:
        await tx.exec_driver_sql("update dead_letter set created_at = now() - interval '91 days'")
        discarded = "state = 'discarded', resolved_at = created_at"
        await tx.exec_driver_sql(f'update dead_letter set {discarded} where "offset" = 2')
    with capture_logs() as lines:
        assert await forget_strangers(probe.engine) == 3
    [left] = await probe.rows('select "offset", reason from dead_letter')
    assert left.offset == 1 and left.reason.startswith(f"stranger: {reason}")
    assert [(line["event"], line["letters"]) for line in lines] == [("strangers.forgotten", 3)]


def test_after_an_hour_there_is_room_again() -> None:
    now = [0.0]
    found = [(a_record(b"", offset=n), None, told("unsigned")) for n in range(strangers.KEPT + 5)]
    place = Strangers("probe", lambda: now[0])
    assert len(place.to_keep(found)) == strangers.KEPT
    place.took(found)
    now[0] = strangers.WINDOW_SECONDS - 1
    assert place.to_keep(found) == []
    now[0] = strangers.WINDOW_SECONDS
    assert len(place.to_keep(found)) == strangers.KEPT


async def test_a_batch_that_comes_again_counts_its_strangers_once(probe: ServiceProbe, keys: Keys) -> None:
    records: list[ConsumerRecord] = [a_record(b"junk", offset=1), *signed(keys.signer(), chained(1), first=2)]
    before = refused("unsigned")
    async with probe.engine.begin() as other:
        await other.exec_driver_sql("alter table effect rename to away")
    with pytest.raises(Exception, match="effect"):
        await consumer_of(probe, keys).consume(records)
    async with probe.engine.begin() as other:
        await other.exec_driver_sql("alter table away rename to effect")
    await consumer_of(probe, keys).consume(records)
    assert refused("unsigned") == before + 1
