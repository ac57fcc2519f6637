"""What the offsets of a group say of a database. Pure: offsets in, verdict out."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import TopicPartition

Offsets = Mapping[TopicPartition, int]


@dataclass(frozen=True, slots=True)
class Known:
    """Of some partitions. `held`: what the database holds; `committed`: what Kafka was told; `begins`, `ends`: what
    Kafka has. `trusts`: the database was in use before it kept positions."""

    held: Offsets
    committed: Offsets
    begins: Offsets
    ends: Offsets
    trusts: bool = False


@dataclass(frozen=True, slots=True)
class Lack:
    """The database lacks what stands from `held` up to `committed`; what stood before `begin` Kafka has lost, too."""

    held: int
    committed: int
    begin: int

    @property
    def missing(self) -> int:
        return self.committed - self.held

    @property
    def gone(self) -> int:
        return max(0, min(self.begin, self.committed) - self.held)


def lacks(known: Known) -> dict[TopicPartition, Lack]:
    """What the group has read and the database does not hold."""
    found = {}
    for partition, committed in sorted(known.committed.items()):
        if partition not in known.held and known.trusts:
            continue
        held = known.held.get(partition, 0)
        if held < committed:
            found[partition] = Lack(held, committed, known.begins.get(partition, 0))
    return found


def first_positions(known: Known) -> dict[TopicPartition, int]:
    """Where partitions begin that were never assigned: where their first fetch does."""
    lacking = lacks(known)
    return {
        partition: known.committed.get(partition, begin)
        for partition, begin in known.begins.items()
        if partition not in known.held and partition not in lacking
    }


def made_anew(known: Known) -> dict[TopicPartition, int]:
    """Where the topic ends before what the database holds, it is another one: it is read from where the group is."""
    return {
        partition: known.committed.get(partition, known.begins[partition])
        for partition, held in known.held.items()
        if partition in known.ends and known.ends[partition] < held
    }


def told(found: Mapping[TopicPartition, Lack]) -> str:
    missing, gone = sum(one.missing for one in found.values()), sum(one.gone for one in found.values())
    places = ", ".join(
        f"{at.topic}/{at.partition} {one.held} of {one.committed}" for at, one in list(found.items())[:3]
    )
    lost = f"; {gone} of them are gone from Kafka" if gone else ""
    return (
        f"this database is older than what this service has done: it lacks {missing} records that the consumer group "
        f"has read{lost} ({places}). A restored backup? Nothing is read until `rewind` has been run"
    )
