"""Which texts an erasure takes: those that are named, and the same words wherever else they stand."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_json
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.erasure.columns import ErasableTable, belongs_to, row_of, rows_with, stays_in
from shared.erasure.request import ErasureTarget
from shared.erasure.words import Words, label, pointers_in, texts_in, without


@dataclass
class RowErasure:
    """Of one row: by column and pointer the words, and on whose request. `copy`: nobody has named the row.
    `elsewhere`: what a copy belongs to that is not of the obligation or inspection of the row that was named."""

    table: ErasableTable
    row: Mapping[str, Any]
    copy: bool
    elsewhere: str | None = None
    texts: dict[tuple[str, str], tuple[Words, ErasureTarget]] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """What the row holds afterwards."""
        values: dict[str, Any] = {}
        for column in dict.fromkeys(column for column, _ in self.texts):
            rule, pointers = self.table.rules[column], {at for name, at in self.texts if name == column}
            value = value_of(self.table, self.row, column)
            left = None if rule.instead == "nothing" else without(value, pointers)
            values[column] = to_json(left) if rule.copies_only else left
            values |= {name: self._emptied(name) for name in rule.along}
        return values

    def _emptied(self, name: str) -> Any:
        column = self.table.table.c[name]
        if column.nullable:
            return None
        return [] if isinstance(column.type, JSONB) else label()


@dataclass
class ErasurePlan:
    """`missing`: rows that are not here. `other`: texts that are not as long as what was erased once, left alone.
    `stays`: columns that hold the words and cannot be erased, with why."""

    rows: dict[tuple[str, str], RowErasure] = field(default_factory=dict)
    missing: list[ErasureTarget] = field(default_factory=list)
    other: list[ErasureTarget] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stays: dict[str, str] = field(default_factory=dict)

    @property
    def elsewhere(self) -> int:
        return sum(one.elsewhere is not None for one in self.rows.values())

    @property
    def for_a_person(self) -> bool:
        """Whether something is left that this command does not erase."""
        return bool(self.other or self.stays)

    def take(
        self, table: ErasableTable, row: Mapping[str, Any], texts: Mapping[tuple[str, str], tuple[Words, ErasureTarget]]
    ) -> None:
        """Also of a row that is taken already: what is named stays named."""
        if texts:
            at = table.table.name, table.row_id(row)
            self.rows.setdefault(at, RowErasure(table, row, copy=False)).texts.update(texts)

    def take_copies(self, table: ErasableTable, row: Mapping[str, Any], wanted: Mapping[Words, ErasureTarget]) -> None:
        at = table.table.name, table.row_id(row)
        known = self.rows.get(at)
        for column in table.erased:
            member = table.rules[column].member
            for pointer, words in texts_in(value_of(table, row, column), member).items():
                if words in wanted and (known is None or (column, pointer) not in known.texts):
                    known = self.rows.setdefault(at, RowErasure(table, row, copy=True))
                    known.texts[column, pointer] = words, wanted[words]


async def plan_erasure(
    tx: AsyncConnection, tables: Mapping[str, ErasableTable], targets: Iterable[ErasureTarget], *, again: bool
) -> ErasurePlan:
    """`targets`: of tables and columns that are erasable. `again`: each copy is one of them, but for kept answers."""
    plan = ErasurePlan()
    for target in targets:
        table = tables[target.table]
        row = await row_of(tx, table, target.row)
        if row is None:
            plan.missing.append(target)
        else:
            texts, fault = _named(table, row, target)
            plan.faults += fault
            if target.characters is not None and any(len(one) != target.characters for one in texts.values()):
                plan.other.append(target)
                continue
            plan.take(table, row, {(target.column_name, at): (words, target) for at, words in texts.items()})
    wanted = {words: target for one in plan.rows.values() for words, target in one.texts.values() if words}
    if wanted:
        for table in (one for one in tables.values() if not (again and one.named)):
            async for row in rows_with(tx, table, list(wanted)):
                plan.take_copies(table, row, wanted)
        await _find_elsewhere(tx, plan)
        plan.stays = await _stays(tx, tables, list(wanted))
    return plan


def value_of(table: ErasableTable, row: Mapping[str, Any], column: str) -> Any:
    """A kept answer as the JSON that it is; None where it is none."""
    value = row[column]
    if not table.rules[column].copies_only or value is None:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _named(table: ErasableTable, row: Mapping[str, Any], target: ErasureTarget) -> tuple[dict[str, Words], list[str]]:
    """The texts that a target means; a fault where it names a part that the row does not have."""
    rule, value, part = table.rules[target.column_name], row[target.column_name], target.pointer
    there = pointers_in(value, rule.member)
    if part and not any(_is_in(at, part) for at in there):
        parts = ", ".join(f"{target.column_name}{at}" for at in there) or "none"
        return {}, [f"{target.table} {target.row}: no part {target.column}; there are: {parts}"]
    if rule.along and value is None:
        blank = all(row[name] in (None, [], label()) for name in rule.along)
        return {} if blank else {"": b""}, []
    return {at: words for at, words in texts_in(value, rule.member).items() if _is_in(at, part)}, []


def _is_in(at: str, part: str) -> bool:
    return at == part or at.startswith(f"{part}/")


async def _find_elsewhere(tx: AsyncConnection, plan: ErasurePlan) -> None:
    """Kept answers are of nobody's report: they are gone within days."""
    named = {await belongs_to(tx, one.table, one.row) for one in plan.rows.values() if not one.copy}
    for one in plan.rows.values():
        if one.copy and one.table.named and (at := await belongs_to(tx, one.table, one.row)) not in named:
            one.elsewhere = at


async def _stays(tx: AsyncConnection, tables: Mapping[str, ErasableTable], words: Collection[Words]) -> dict[str, str]:
    return {
        f"{name}.{column}": rule.never
        for name, table in tables.items()
        for column, rule in table.rules.items()
        if rule.never is not None and await stays_in(tx, table.table, column, words)
    }
