"""SHA-256 of the state in two levels: of the rows of each (unit, period), then of those sums.

Two states with the same meaning have the same checksum, however they came about. So numbers are trimmed, and `as_of`
and rows without content (a fact neither expected nor answered, a cell of zeros) are left out: whether such a row exists
depends on what else stood in the batch that made it. So is the hash of a report, which rows of before migration 0010
lack: its figures are compared.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.store.tables import STATE, indicator_value, revision
from shared.database.columns import columns

LEFT_OUT = frozenset({"indicator_value.as_of", "revision.content_sha256"})
HAS_CONTENT = {
    "fact": "expected or status is not null",
    "cell": "value is not null or (valued, reported, expected, estimates) <> (0, 0, 0, 0)",
    "indicator_value": "coalesce(value, numerator, denominator) is not null or (reported, expected) <> (0, 0)",
}
# The parts of a value as a set, their numbers trimmed, those without content left out.
PARTS = """(
  select coalesce(jsonb_agg(p.part order by p.part), '[]') from (
    select each || jsonb_build_object('value', trim_scale((each ->> 'value')::numeric),
        'numerator', trim_scale((each ->> 'numerator')::numeric),
        'denominator', trim_scale((each ->> 'denominator')::numeric)) as part
    from jsonb_array_elements(parts) each
    where coalesce(each ->> 'value', each ->> 'numerator', each ->> 'denominator') is not null
      or (each ->> 'reported', each ->> 'expected') <> ('0', '0')
  ) p
)"""
UnitPeriod = tuple[str, str]


@dataclass(frozen=True)
class UnitPeriodSum:
    """Rows of one (unit, period) and their SHA-256."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class TableSum:
    places: Mapping[UnitPeriod, UnitPeriodSum]

    @property
    def rows(self) -> int:
        return sum(place.rows for place in self.places.values())

    @property
    def sha256(self) -> str:
        lines = (f"{unit}|{period}|{at.rows}|{at.sha256}\n" for (unit, period), at in sorted(self.places.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def places_unlike(self, other: "TableSum") -> list[UnitPeriod]:
        """The places in which the two differ."""
        return [p for p in sorted({*self.places, *other.places}) if self.places.get(p) != other.places.get(p)]


@dataclass(frozen=True)
class Checksum:
    tables: Mapping[str, TableSum]

    @property
    def facts(self) -> int:
        return self.tables["fact"].rows

    @property
    def sha256(self) -> str:
        lines = (f"{name}|{table.sha256}\n" for name, table in self.tables.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()


async def checksum(tx: AsyncConnection, schema: str = "public") -> Checksum:
    """Of what the transaction sees: run it in one that is repeatable read when others write."""
    return Checksum({table.name: await _table_sum(tx, table, schema) for table in STATE})


async def _table_sum(tx: AsyncConnection, table: sa.Table, schema: str) -> TableSum:
    query = f"""
        select unit, period, count(*) as rows,
          encode(sha256(convert_to(string_agg(line, e'\\n' order by line collate "C"), 'UTF8')), 'hex') as sha256
        from ({lines(table, schema)}) l group by unit, period
    """
    rows = await tx.execute(sa.text(query))
    return TableSum({(row.unit, row.period): UnitPeriodSum(row.rows, row.sha256) for row in rows})


async def lines_at(tx: AsyncConnection, table: sa.Table, schema: str, places: Collection[UnitPeriod]) -> dict[str, str]:
    """Key → line of every row of the places."""
    query = sa.text(
        f"""
        select key, line from ({lines(table, schema)}) l
        join unnest(:units, :periods) as p (unit, period) using (unit, period)
        """
    ).bindparams(sa.bindparam("units", type_=ARRAY(sa.Text)), sa.bindparam("periods", type_=ARRAY(sa.Text)))
    rows = await tx.execute(query, columns(("units", "periods"), list(places)))
    return {row.key: row.line for row in rows}


def lines(table: sa.Table, schema: str, *, with_empty: bool = False) -> str:
    """A query for (unit, period, key, line) and the columns of the key; `with_empty`: rows without content, too."""
    keys = [column.name for column in table.primary_key]
    key = ", ".join(f"t.{name}" for name in keys if name not in ("unit", "period"))
    place = "o.unit, o.period" if table is revision else "t.unit, t.period"
    join = f"join {schema}.obligation o using (obligation_id)" if table is revision else ""
    has_content = HAS_CONTENT.get(table.name, "true")
    named = ", ".join(f"t.{name}" for name in keys)
    return f"""
        select {place}, {key}, concat_ws(' ', {named}) as key, row({", ".join(_canonical(table))})::text as line
        from {schema}.{table.name} t {join} where {"true" if with_empty else has_content}
    """


def _canonical(table: sa.Table) -> Iterator[str]:
    for column in table.columns:
        if str(column) in LEFT_OUT:
            continue
        if table is indicator_value and isinstance(column.type, JSONB):
            yield PARTS
        else:
            yield f"trim_scale(t.{column.name})" if isinstance(column.type, sa.Numeric) else f"t.{column.name}"
