"""`python -m SERVICE rewind`: the service reads again what its restored database lacks. It reports; `--apply` does it.

Exit code: 0 nothing lacks (any more), 1 something does, 2 the arguments are not right, 3 it could not be done.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database.engine import create_engine
from shared.events import Event
from shared.messaging.restore.consumed import held_positions, set_positions
from shared.messaging.restore.group_offsets import GroupIsActive, GroupOffsets, group_offsets
from shared.messaging.restore.position import Known, Lack, lacks
from shared.messaging.restore.position_check import trusts
from shared.messaging.restore.relay_healing import SentBeyond, go_on_behind, sent_beyond
from shared.messaging.restore.setback import clear_setback, keep_setback, read_setbacks
from shared.messaging.restore.source_tail import own_events
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.settings import ServiceSettings

WELL, LACKING, NOT_DONE = 0, 1, 3
SHOWN = 20
BESIDE_LOST = (
    "sensitive sums are published again although some may be forgotten that readers have seen: the difference between "
    "one of these and the next sum may be the count of a single commune"
)

log = structlog.get_logger()

Regain = Callable[[AsyncConnection, Sequence[Event]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Findings:
    read: dict[TopicPartition, Lack]
    sent: SentBeyond

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.read.values())

    @property
    def gone(self) -> int:
        return sum(one.gone for one in self.read.values())

    def lines(self) -> list[str]:
        lines = [
            f"{at.topic}/{at.partition}: the database holds up to {one.held}, the group read up to {one.committed}; "
            f"{one.missing} to read again" + (f", of which {one.gone} are gone from Kafka" if one.gone else "")
            for at, one in list(self.read.items())[:SHOWN]
        ]
        if len(self.read) > SHOWN:
            lines.append(f"… and {len(self.read) - SHOWN} more partitions")
        if self.sent.lacking and self.sent.last:
            lines.append(
                f"sent: the database knows number {self.sent.cursor.sequence}, Kafka {self.sent.last.sequence}: the "
                f"next number will be {self.sent.last.sequence + 1}"
            )
        return lines or ["nothing lacks"]


def rewind(settings: ServiceSettings, argv: list[str], regain: Regain | None = None) -> int:
    """`regain`: what the service takes back of its own events."""
    parser = argparse.ArgumentParser(prog=f"python -m {settings.service} rewind", description=__doc__)
    parser.add_argument("--apply", action="store_true", help="do it")
    parser.add_argument("--accept-loss", action="store_true", help="forget that records are gone from Kafka")
    if regain:
        parser.add_argument("--publish-beside-lost", action="store_true", help=BESIDE_LOST)
    arguments = parser.parse_args(argv)
    try:
        beside_lost = bool(regain and arguments.publish_beside_lost)
        return asyncio.run(
            _rewind(
                settings,
                apply=arguments.apply,
                accept_loss=arguments.accept_loss,
                beside_lost=beside_lost,
                regain=regain,
            )
        )
    except (KafkaError, OSError, GroupIsActive) as fault:
        print(f"not done: {fault}", file=sys.stderr)
        return NOT_DONE


async def _rewind(
    settings: ServiceSettings,
    *,
    apply: bool,
    accept_loss: bool,
    beside_lost: bool = False,
    regain: Regain | None = None,
) -> int:
    engine = create_engine(settings, pool_size=2)
    try:
        async with group_offsets(settings) as group:
            found = await find(settings, engine, group)
            print(*found.lines(), sep="\n")
            if apply:
                await heal(settings, engine, group, found, regain)
                print("done: the workers go on within seconds")
            if accept_loss:
                async with engine.begin() as tx:
                    await clear_setback(tx, "gone")
            if beside_lost:
                await accept_lost_sums(engine)
            async with engine.connect() as tx:
                shut = [one.detail for one in await read_setbacks(tx) if one.side == "published"]
            print(*shut, sep="\n", end="\n" if shut else "")
    finally:
        await engine.dispose()
    if apply and shut:
        return LACKING
    if apply and found.gone and not accept_loss:
        print(f"{found.gone} records are gone from Kafka: the audit log has them (docs/runbooks/backup-and-restore.md)")
        return LACKING
    return LACKING if not apply and (found.read or found.sent.lacking) else WELL


async def accept_lost_sums(engine: AsyncEngine) -> None:
    """Sums are published again, whatever readers have seen of them: somebody answers for it, and the log tells."""
    async with engine.begin() as tx:
        shut = [one for one in await read_setbacks(tx) if one.side == "published"]
        await clear_setback(tx, "published")
    for one in shut:
        log.critical("publication.beside-lost", missing=one.missing, detail=one.detail)
        print(f"{one.missing} events of this service count as lost: {BESIDE_LOST}")


async def find(settings: ServiceSettings, engine: AsyncEngine, group: GroupOffsets) -> Findings:
    begins = await group.begins(list(group.committed))
    async with engine.connect() as tx:
        held = await held_positions(tx)
        read = lacks(Known(held=held, committed=group.committed, begins=begins, ends={}, trusts=await trusts(tx)))
    return Findings(read, await sent_beyond(settings, engine))


async def heal(
    settings: ServiceSettings,
    engine: AsyncEngine,
    group: GroupOffsets,
    found: Findings,
    regain: Regain | None = None,
) -> None:
    """Kafka first: done half, it is found and done again."""
    own = []
    if regain:  # of seven days; heartbeats, of which there are more than of all else, bear no number
        own = [event async for event, _ in own_events(settings, SignatureVerifier.of(settings)) if event.sequence]
    target = {at: one.held + one.gone for at, one in found.read.items()}
    if target:
        await group.set(target)
    async with engine.begin() as tx:
        await set_positions(tx, target, {at: one.committed for at, one in found.read.items()})
        await clear_setback(tx, "consumer")
        if regain:
            await regain(tx, own)
            if unheard := found.sent.unheard(own):
                detail = (
                    f"{unheard} events that this service has sent are gone from Kafka, published sums perhaps: none is "
                    "published until `rebuild --swap` has taken them from the log"
                )
                await keep_setback(tx, "published", unheard, detail)
        await go_on_behind(tx, f"/{settings.service}", found.sent)
        if found.gone:
            detail = f"{found.gone} records that this database lacks are gone from Kafka"
            await keep_setback(tx, "gone", found.gone, detail)
