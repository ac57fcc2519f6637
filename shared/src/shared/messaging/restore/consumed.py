"""How far the database holds the effects of each partition: kept with the effects, in their transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from aiokafka import ConsumerRecord, TopicPartition
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database.columns import columns

# A batch that does not follow on what is held moves nothing: what lies between stays visible as missing.
REACH = """
    update consumed as held set next_offset = batch.after
    from unnest(:topics, :partitions, :firsts, :afters) as batch (topic, partition, first, after)
    where held.topic = batch.topic and held.partition = batch.partition
      and held.next_offset between batch.first and batch.after - 1
"""
_BINDS: tuple[sa.BindParameter[Any], ...] = (
    sa.bindparam("topics", type_=ARRAY(sa.Text)),
    sa.bindparam("partitions", type_=ARRAY(sa.Integer)),
    *(sa.bindparam(name, type_=ARRAY(sa.BigInteger)) for name in ("firsts", "afters")),
)
_REACH = sa.text(REACH).bindparams(*_BINDS)
# One round trip for both. The parts of a statement run whatever they return.
_CLAIM = sa.text(
    f"with reached as ({REACH}) "  # no value stands in it
    "insert into inbox (event_id) select unnest(:ids) on conflict do nothing returning event_id"
).bindparams(*_BINDS, sa.bindparam("ids", type_=ARRAY(sa.Text)))
_HELD = sa.text("select topic, partition, next_offset from consumed")
_SET = sa.text(
    """
    insert into consumed (topic, partition, next_offset, again_until)
    select * from unnest(:topics, :partitions, :afters, :agains) as at (topic, partition, next_offset, again_until)
    on conflict (topic, partition) do update set next_offset = excluded.next_offset, again_until = excluded.again_until
    """
).bindparams(*(bind for bind in _BINDS if bind.key != "firsts"), sa.bindparam("agains", type_=ARRAY(sa.BigInteger)))

Held = Mapping[TopicPartition, int]


async def claim(tx: AsyncConnection, records: Iterable[ConsumerRecord], ids: Sequence[str]) -> set[str]:
    """Claim event ids in the inbox, and keep that the effects of these records are held; the ids that are new."""
    spans: dict[tuple[str, int], tuple[int, int]] = {}
    for record in records:
        place, offset = (record.topic, record.partition), record.offset
        first, after = spans.get(place, (offset, offset))
        spans[place] = (min(first, offset), max(after, offset + 1))
    rows = sorted((*place, *span) for place, span in spans.items())
    return set((await tx.execute(_CLAIM, {**_spans(rows), "ids": ids})).scalars())


async def reach(tx: AsyncConnection, partition: TopicPartition, first: int, after: int) -> None:
    """Keep that these records, which are no batch, are dealt with."""
    await tx.execute(_REACH, _spans([(*partition, first, after)]))


async def held_positions(tx: AsyncConnection) -> dict[TopicPartition, int]:
    """The offset behind the last effect, of each partition that was ever assigned."""
    return {TopicPartition(topic, partition): next_ for topic, partition, next_ in await tx.execute(_HELD)}


async def set_positions(tx: AsyncConnection, positions: Held, again_until: Held | None = None) -> None:
    """`again_until`: up to where what follows has been read before."""
    if positions:
        rows = [(*at, after, (again_until or {}).get(at)) for at, after in sorted(positions.items())]
        await tx.execute(_SET, columns(("topics", "partitions", "afters", "agains"), rows))


def _spans(rows: Sequence[tuple[str, int, int, int]]) -> dict[str, list[str] | list[int]]:
    return {
        "topics": [row[0] for row in rows],
        "partitions": [row[1] for row in rows],
        "firsts": [row[2] for row in rows],
        "afters": [row[3] for row in rows],
    }
