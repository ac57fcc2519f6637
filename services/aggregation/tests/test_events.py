"""The events that the service publishes."""

from services.aggregation.tests.event_writer import EventWriter
from services.aggregation.tests.projection import Projection
from shared.catalogue import Catalogue


async def test_districts_have_values_but_no_events(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2024"))
    assert (await projection.value("6.1", "2024", unit="667@2021-01-01")).expected == 6
    assert {e["data"]["unit"] for e in await projection.published()} == {"DAK_NONG"}
