"""Which year is shown when the request names none."""

from datetime import UTC, date, datetime, time

import httpx

from aggregation.app import create_app
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.catalogue import Catalogue
from shared.clock import Clock


async def test_the_board_stays_on_a_year_until_the_next_has_a_report(
    settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    """15 December 2026 begins 2027: opened, and empty for months."""

    async def shown(day: date) -> str:
        app = create_app(settings, Clock(datetime.combine(day, time(5), UTC) - datetime.now(UTC)))
        transport = httpx.ASGITransport(app)
        headers = reading_as(settings, "leader")
        async with app.router.lifespan_context(app), httpx.AsyncClient(
            transport=transport, base_url="http://test", headers=headers
        ) as ops_client:  # fmt: skip
            (shown_period,) = {i["period"] for i in (await ops_client.get("/api/v1/indicators")).json()["items"]}
            assert f", năm {shown_period}</h1>" in (await ops_client.get("/indicators")).text
            return str(shown_period)

    before, after = date(2026, 12, 14), date(2026, 12, 15)
    assert (await shown(before), await shown(after)) == ("2026", "2027"), "nothing is opened at all"
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2025", ["B12-NGHE"]))
    assert await shown(before) == await shown(after) == "2025", "2026 is not opened"
    await projection.deliver(writer.open_period("2026", ["B12-NGHE"]))
    assert await shown(after) == "2026", "nobody has reported: the newest opened"
    vet = {"n_vet_new_total": 10, "n_vet_new_female": 4}
    await projection.deliver([writer.submit(o, vet) for o in writer.obligations])
    opened = [*writer.open_period("2027", ["B12-NGHE"]), *writer.open_period("2027-Q1", ["B02-XA-Q"])]
    await projection.deliver([*opened, writer.submit(writer.obligations[-1], {"n_items_in_quarter": 4})])
    assert await shown(after) == "2026", "2027 is open and has no yearly report"
    await projection.deliver([writer.submit(writer.find("B12-NGHE", "SO_GDDT", "2027"), vet)])
    assert await shown(before) == "2026"
    assert await shown(after) == "2027"
