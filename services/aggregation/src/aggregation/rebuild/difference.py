"""Where the live state and the rebuilt one differ: how many rows, and which, of the places whose sums differ."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rebuild.shadow import SCHEMA
from aggregation.store.checksum import Checksum, lines_at
from aggregation.store.tables import STATE

SHOWN = 20
CHUNK = 50


@dataclass(frozen=True)
class RowDifference:
    """A row, as PostgreSQL writes it; None where there is no such row, or one that says nothing."""

    table: str
    key: str
    live: str | None
    rebuilt: str | None


@dataclass
class Differences:
    """`counts`: table → rows that differ, of the tables that do; `shown`: the first of each table."""

    counts: dict[str, int] = field(default_factory=dict)
    shown: list[RowDifference] = field(default_factory=list)


async def differences(
    live: AsyncConnection, rebuilt: AsyncConnection, sums: tuple[Checksum, Checksum], *, most: int = SHOWN
) -> Differences:
    """`most` rows are shown, shared among the tables that differ."""
    total = Differences()
    for table in STATE:
        places_unlike = sums[0].tables[table.name].places_unlike(sums[1].tables[table.name])
        rows: list[RowDifference] = []
        count = 0
        for start in range(0, len(places_unlike), CHUNK):
            places = places_unlike[start : start + CHUNK]
            old = await lines_at(live, table, "public", places)
            new = await lines_at(rebuilt, table, SCHEMA, places)
            keys = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
            count += len(keys)
            rows += [RowDifference(table.name, key, old.get(key), new.get(key)) for key in keys[: most - len(rows)]]
        if count:
            total.counts[table.name] = count
            total.shown += rows
    total.shown = _shared(total.shown, most)
    return total


def _shared(rows: Sequence[RowDifference], most: int) -> list[RowDifference]:
    tables = list(dict.fromkeys(row.table for row in rows))
    share = max(1, most // max(1, len(tables)))
    first = [row for name in tables for row in [r for r in rows if r.table == name][:share]]
    rest = [row for row in rows if row not in first]
    return (first + rest)[:most]
