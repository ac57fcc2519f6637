"""The statements of a batch."""

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.store import batch_steps
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue


async def test_statements_do_not_grow_with_events(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2024"))
    communes = [o for o in writer.obligations if o.form == "B01-XA"]
    await projection.deliver([writer.submit(communes[0], commune_answer())])
    alone = len(projection.statements)
    await projection.deliver([writer.submit(o, commune_answer()) for o in communes for _ in range(5)])
    assert len(projection.statements) == alone <= 12, projection.statements


async def test_statements_of_a_quarter_batch(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2025-Q1"))
    await projection.deliver([writer.submit(writer.obligations[0], {"n_items_in_quarter": 4})])
    alone = len(projection.statements)
    await projection.deliver([writer.submit(o, {"n_items_in_quarter": 5}) for o in writer.obligations[1:]])
    assert len(projection.statements) == alone <= 15, projection.statements


async def test_only_the_revisions_that_can_count_are_read(
    projection: Projection, engine: AsyncEngine, catalogue: Catalogue
) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", "24736@2025-07-01", "2026")
    events = [opened, *(writer.submit(o, commune_answer(population=n)) for n in range(100, 110))]
    await projection.deliver([*events, writer.decide(o, "accepted", 3), writer.decide(o, "accepted", 5)])
    async with engine.connect() as tx:
        (answer,) = await batch_steps.answers(tx, [o.id])
    assert sorted(r.number for r in answer.revisions) == [5, 10]
