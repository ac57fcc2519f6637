"""What can still become of a measure, read from the facts."""

import pytest

from aggregation.http.outlook import outlooks
from aggregation.http.query import Scope
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.history import NEW
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue

OTHER, OLD = "24611@2025-07-01", "24612@2021-01-01"


@pytest.mark.parametrize(
    ("unit", "period", "expected"),
    [
        ("DAK_NONG", "2025", (28, {OTHER}, True)),
        (OTHER, "2025", (1, {OTHER}, True)),
        (NEW, "2025", (1, set(), False)),
        ("DAK_NONG", "2025-Q1", (71, {OLD}, True)),
        ("DAK_NONG", "2025-Q3", (28, set(), False)),
        ("DAK_NONG", "2026", (28, set(), False)),
    ],
)
async def test_a_predecessor_that_missed_a_quarter_counts(
    projection: Projection, catalogue: Catalogue, unit: str, period: str, expected: tuple[int, set[str], bool]
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2025-Q1", ["B02-XA-Q"]))
    await projection.deliver([writer.submit(writer.find("B02-XA-Q", OLD, "2025-Q1"), {"n_items_in_quarter": 3})])
    async with projection.engine.connect() as tx:
        seen = await outlooks(tx, projection.aggregator.plan, Scope(unit, period, "received"))
        accepted = await outlooks(tx, projection.aggregator.plan, Scope(unit, period, "accepted"))
    assert set(seen) == {"6.3"}
    assert (seen["6.3"].units, set(seen["6.3"].missed), seen["6.3"].out_of_reach) == expected
    assert not accepted["6.3"].missed and not accepted["6.3"].out_of_reach


async def test_who_owes_nothing_has_no_outlook(projection: Projection) -> None:
    async with projection.engine.connect() as tx:
        plan = projection.aggregator.plan
        assert await outlooks(tx, plan, Scope("SO_Y_TE", "2026", "received")) == {}
        assert await outlooks(tx, plan, Scope("DAK_NONG", "2024", "received")) == {}
