"""`tiendo lag`: what waits where, from the services' databases and the broker of the last `tiendo up`."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tiendo_local.commands.gaps import source_lines
from tiendo_local.console import LocalFault, say
from tiendo_local.servers.topics import run
from tiendo_local.workspace import Place, read_json

READ_AT_MOST = 10_000  # records of a partition, counted one by one where the broker's end offsets are wrong


@dataclass
class Waiting:
    """Of one service. None: could not be asked, `fault` says why; of a topic's lag: could not be counted."""

    service: str
    outbox: int | None = None
    oldest_seconds: float | None = None
    dead_letters: int | None = None
    lag: dict[str, int | None] = field(default_factory=dict)
    fault: str | None = None


def show_lag(place: Place) -> int:
    """Print the table. Raises LocalFault when the system was never started here. 1 if something could not be asked."""
    state = read_json(place.state)
    if not state:
        raise LocalFault(f"{place.state} is not there: start the system with `tiendo up` first.")
    from shared.events.topics import ALL_TOPICS

    rows = [ask_database(service, url) for service, url in state["databases"].items()]
    try:
        services = [row.service for row in rows]
        lags = run(consumer_lag(state["bootstrap"], services, state["trustworthy_end_offsets"], ALL_TOPICS))
    except Exception as fault:  # aiokafka raises many kinds; the databases' half is still worth showing
        for row in rows:
            row.fault = row.fault or f"broker: {type(fault).__name__} {fault}"
    else:
        for row in rows:
            row.lag = lags[row.service]
    for line in table(rows):
        say(line)
    if audit := state["databases"].get("audit"):
        say("")
        for line in source_lines(audit):
            say(line)
    return 1 if any(r.fault for r in rows) else 0


def ask_database(service: str, url: str) -> Waiting:
    """Outbox and open dead letters of one service."""
    try:
        with psycopg.connect(url.replace("+asyncpg", ""), connect_timeout=3) as connection:
            outbox = connection.execute(
                "select count(*), extract(epoch from clock_timestamp() - min(created_at))::float8 from outbox"
            ).fetchone()
            dead = connection.execute("select count(*) from dead_letter where state = 'open'").fetchone()
    except psycopg.Error as fault:
        return Waiting(service, fault=f"database: {str(fault).strip().splitlines()[0]}")
    return Waiting(service, outbox[0] if outbox else 0, outbox[1] if outbox else None, dead[0] if dead else 0)


def table(rows: list[Waiting]) -> list[str]:
    """A line per service and topic."""
    lines = [f"{'service':<14} {'outbox':>7} {'oldest':>8} {'dead':>6}   {'topic':<20} {'lag':>8}"]
    for row in rows:
        age = "-" if row.oldest_seconds is None else f"{row.oldest_seconds:.1f} s"
        head = f"{row.service:<14} {_number(row.outbox):>7} {age:>8} {_number(row.dead_letters):>6}"
        cells = [f"{topic:<20} {'?' if lag is None else lag:>8}" for topic, lag in sorted(row.lag.items())]
        cells = cells or [f"{'-':<20} {'-':>8}"]
        for cell in cells:
            lines.append(f"{head}   {cell}")
            head = " " * len(head)
        if row.fault:
            lines.append(f"{'':<14} {row.fault}")
    return lines


async def consumer_lag(
    bootstrap: str, groups: list[str], trustworthy: bool, known: Iterable[str] = ()
) -> dict[str, dict[str, int | None]]:
    """Records per group and topic that the group has not committed; None where one of them cannot be decoded.

    A group's topics are those it subscribes to or has committed. A broker that is not trustworthy (Tansu) can tell
    neither, so of the `known` topics those are taken that the group has committed in.
    """
    from aiokafka import AIOKafkaConsumer
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    await admin.start()
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, request_timeout_ms=5000)
    await consumer.start()
    try:
        found: dict[str, dict[str, int | None]] = {}
        for group in groups:
            topics = await _subscribed(admin, group)
            if trustworthy:
                committed = {tp: m.offset for tp, m in (await admin.list_consumer_group_offsets(group)).items()}
                topics |= {tp.topic for tp in committed}
            else:
                committed = await _committed(bootstrap, group, await _partitions(admin, sorted(known)))
                topics |= {tp.topic for tp in committed}
            partitions = await _partitions(admin, sorted(topics))
            begin = await consumer.beginning_offsets(partitions) if partitions else {}
            places = {tp: max(committed.get(tp, 0), begin[tp]) for tp in partitions}
            counts: dict[Any, int | None]
            if trustworthy:
                ends = await consumer.end_offsets(partitions) if partitions else {}
                counts = {tp: max(0, ends[tp] - place) for tp, place in places.items()}
            else:
                counts = await _count(consumer, places) if places else {}
            found[group] = {topic: _sum(n for tp, n in counts.items() if tp.topic == topic) for topic in topics}
        return found
    finally:
        await consumer.stop()
        await admin.close()


async def _committed(bootstrap: str, group: str, partitions: list[Any]) -> dict[Any, int]:
    """Asked partition by partition: Tansu cannot list what a group has committed (aiokafka cannot read its answer)."""
    from aiokafka import AIOKafkaConsumer

    member = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await member.start()
    try:
        member.assign(partitions)
        found = {tp: await member.committed(tp) for tp in partitions}
        return {tp: offset for tp, offset in found.items() if offset is not None and offset >= 0}
    finally:
        await member.stop()


async def _subscribed(admin: Any, group: str) -> set[str]:
    """Topics the group's members now ask for; they need not have committed anything yet."""
    from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

    topics: set[str] = set()
    for answer in await admin.describe_consumer_groups([group]):
        for described in answer.groups:
            for member in described[5]:
                if member[3]:
                    topics |= set(ConsumerProtocolMemberMetadata.decode(member[3]).subscription)
    return topics


async def _partitions(admin: Any, topics: list[str]) -> list[Any]:
    from aiokafka import TopicPartition

    described = await admin.describe_topics(topics) if topics else []
    return [TopicPartition(t["topic"], p["partition"]) for t in described for p in t["partitions"]]


async def _count(consumer: Any, places: dict[Any, int]) -> dict[Any, int | None]:
    """Read on from each place to the end and count: Tansu's end offsets are wrong after batches."""
    consumer.assign(list(places))
    for tp, place in places.items():
        consumer.seek(tp, place)
    return dict(zip(places, await asyncio.gather(*(_read_on(consumer, tp) for tp in places)), strict=True))


async def _read_on(consumer: Any, partition: Any) -> int | None:
    count = 0
    while count < READ_AT_MOST:
        try:
            records = await consumer.getmany(partition, timeout_ms=1000)
        except UnicodeDecodeError:  # a header's name: the client gets no further than this record
            return None
        if not records:
            break
        count += len(records[partition])
    return count


def _sum(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
