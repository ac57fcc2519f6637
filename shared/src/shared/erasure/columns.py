"""The tables of a service that may hold a person's words, with the rule of each column; and the statements on them."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.erasure.words import Words
from shared.retention import erasure_rules
from shared.retention.on_request import ErasureRule

ANYWHERE = "$.** ? (@ == $words)"


@dataclass(frozen=True)
class ErasableTable:
    """`rules`: of the columns that may hold a person's words, also those that stay."""

    table: sa.Table
    rules: Mapping[str, ErasureRule]

    @property
    def named(self) -> list[str]:
        """Columns that somebody may name."""
        return [name for name, rule in self.rules.items() if rule.can_be_named]

    @property
    def erased(self) -> list[str]:
        """Columns that words are erased from, named or as copies."""
        return [name for name, rule in self.rules.items() if rule.never is None]

    @property
    def keys(self) -> list[sa.Column[Any]]:
        return list(self.table.primary_key.columns)

    @property
    def read(self) -> list[sa.Column[Any]]:
        """Key, words, what goes along with them, and which row this one belongs to."""
        along = [name for rule in self.rules.values() for name in rule.along]
        above = [key.parent.name for key in self.table.foreign_keys]
        names = dict.fromkeys([*(key.name for key in self.keys), *self.erased, *along, *above])
        return [self.table.c[name] for name in names]

    def row_id(self, row: Mapping[str, Any]) -> str:
        return " ".join(str(row[key.name]) for key in self.keys)


def erasable_tables(metadata: sa.MetaData, service: str, day: date) -> dict[str, ErasableTable]:
    """By name, those in which something may hold a person's words."""
    return {
        table.name: ErasableTable(table, rules)
        for table in metadata.sorted_tables
        if (rules := erasure_rules(f"{service}.{table.name}", table.columns.keys(), day))
    }


async def keep_still(tx: AsyncConnection, tables: Iterable[ErasableTable]) -> None:
    """Until `tx` ends nobody writes what would repeat the words. Whoever writes meanwhile is not kept waiting: this
    gives up before PostgreSQL would look for a deadlock."""
    await tx.execute(sa.text("set local lock_timeout to '500ms'"))
    names = ", ".join(f'"{one.table.name}"' for one in tables if one.erased)
    await tx.execute(sa.text(f"lock table {names} in share row exclusive mode"))


async def row_of(tx: AsyncConnection, table: ErasableTable, row_id: str) -> dict[str, Any] | None:
    [key] = table.keys
    named = sa.select(*table.read).where(sa.cast(key, sa.Text) == row_id)
    row = (await tx.execute(named)).mappings().one_or_none()
    return None if row is None else dict(row)


async def belongs_to(tx: AsyncConnection, table: ErasableTable, row: Mapping[str, Any]) -> str:
    """Up its foreign keys: the obligation of a report and of what was decided about it, the inspection of a finding;
    the row itself where there is nothing above it."""
    at, above, held = f"{table.table.name} {table.row_id(row)}", table.table, row
    while above.foreign_keys:
        [key] = above.foreign_keys
        above, id_ = key.column.table, held[key.parent.name]
        at = f"{above.name} {id_}"
        if above.foreign_keys:
            held = dict((await tx.execute(sa.select(above).where(key.column == id_))).mappings().one())
    return at


async def rows_with(
    tx: AsyncConnection, table: ErasableTable, words: Collection[Words]
) -> AsyncIterator[dict[str, Any]]:
    """Rows in which one of `words` stands alone, as a text of its own; of kept answers all."""
    conditions = [_holds(table.table.c[name], table.rules[name], words) for name in table.erased]
    if conditions:
        async for row in (await tx.stream(sa.select(*table.read).where(sa.or_(*conditions)))).mappings():
            yield dict(row)


async def stays_in(tx: AsyncConnection, table: sa.Table, column: str, words: Collection[Words]) -> bool:
    texts = [one for one in words if isinstance(one, str)]
    stands = sa.select(sa.exists().where(sa.cast(table.c[column], sa.Text) == sa.any_(_array(texts))))
    return bool(await tx.scalar(stands))


async def change(tx: AsyncConnection, table: ErasableTable, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    mine = [key == row[key.name] for key in table.keys]
    await tx.execute(sa.update(table.table).where(*mine).values(values))


def _holds(column: sa.Column[Any], rule: ErasureRule, words: Collection[Words]) -> sa.ColumnElement[bool]:
    texts = [one for one in words if isinstance(one, str)]
    if isinstance(column.type, JSONB):
        one = sa.func.unnest(_array(texts)).column_valued("one")
        at = sa.cast(ANYWHERE, JSONPATH)
        stands = sa.func.jsonb_path_exists(column, at, sa.func.jsonb_build_object("words", one))
        return sa.exists(sa.select(sa.literal(1)).where(stands))
    if rule.copies_only:
        return column.is_not(None)
    if isinstance(column.type, sa.LargeBinary):
        return column.in_([one for one in words if isinstance(one, bytes)])
    return column == sa.any_(_array(texts))


def _array(texts: list[str]) -> sa.Cast[Any]:
    return sa.cast(texts, ARRAY(sa.Text))
