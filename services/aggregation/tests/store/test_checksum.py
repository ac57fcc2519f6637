"""Checksums of what stands in the tables."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.store.checksum import Checksum, TableSum, UnitPeriodSum, checksum
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue


async def summed(engine: AsyncEngine, *changes: str) -> Checksum:
    async with engine.begin() as tx:
        for change in changes:
            await tx.execute(sa.text(change))
        return await checksum(tx)


async def test_only_content_counts(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    await projection.deliver([opened, writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})])
    before = await summed(projection.engine)
    assert before.facts > 0
    same = await summed(
        projection.engine,
        "update indicator_value set as_of = now()",
        "update fact set value = value::numeric(30, 10)",
        "insert into cell (unit, period, element, disaggregation, basis, valued, reported, expected, estimates) "
        "values ('DAK_NONG', '2026', 'empty', '', 'received', 0, 0, 0, 0)",
    )
    assert same == before
    other = await summed(projection.engine, "update fact set value = value + 1 where value = 10")
    assert other.sha256 != before.sha256
    assert {name for name in before.tables if before.tables[name] != other.tables[name]} == {"fact"}
    assert before.tables["fact"].places_unlike(other.tables["fact"]) == [("SO_GDDT", "2026")]


def test_places_that_one_side_lacks_differ() -> None:
    one = TableSum({("A", "2026"): UnitPeriodSum(1, "x"), ("B", "2026"): UnitPeriodSum(2, "y")})
    assert one.rows == 3 and one.places_unlike(TableSum({})) == [("A", "2026"), ("B", "2026")]
