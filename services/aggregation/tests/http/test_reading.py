"""A history as one reader gets it, page by page."""

from collections.abc import Sequence

import httpx
import pytest

from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.catalogue import Catalogue
from shared.web.cursor import decode

NEEDED, SUPPORTED = "n_trafficking_victims_needing", "n_trafficking_victims_supported"


async def pages(web: httpx.AsyncClient, headers: dict[str, str], limit: int) -> tuple[list[str | None], list[str]]:
    """What is counted, newest first, and the cursors between the pages."""
    counts, cursors = list[str | None](), list[str]()
    while True:
        query = {"period": "2026", "limit": str(limit)} | ({"cursor": cursors[-1]} if cursors else {})
        answer = (await web.get("/api/v1/indicators/3.3/history", params=query, headers=headers)).json()
        counts += [item["numerator"] for item in answer["items"]]
        if answer["next"] is None:
            return counts, cursors
        assert len(answer["items"]) == limit
        cursors.append(answer["next"])


async def report(projection: Projection, catalogue: Catalogue, counts: Sequence[int]) -> EventWriter:
    """One department reports for the whole area, and corrects itself."""
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026"))
    for count in counts:
        await correct(projection, catalogue, writer, count)
    return writer


async def correct(projection: Projection, catalogue: Catalogue, writer: EventWriter, count: int) -> None:
    owner = next(o for o in writer.obligations if NEEDED in catalogue.forms[o.form].elements)
    await projection.deliver([writer.submit(owner, {NEEDED: 40, SUPPORTED: count})])


@pytest.mark.parametrize("hidden", [(), (3,), (3, 2), (3, 2, 1, 4)])
async def test_a_cursor_does_not_tell_how_often_a_hidden_count_changed(
    hidden: tuple[int, ...],
    web: httpx.AsyncClient,
    settings: AggregationSettings,
    projection: Projection,
    catalogue: Catalogue,
) -> None:
    """The last line is of the opening, when nothing was counted."""
    await report(projection, catalogue, [20, *hidden, 21, 22])
    reader = reading_as(settings, "reporter", "SO_TU_PHAP")
    for limit, places in ((1, [4, 3, 2]), (2, [3]), (3, [2]), (4, [])):
        counts, cursors = await pages(web, reader, limit)
        assert counts == ["22", "21", "20", None]
        assert [decode(cursor, int) for cursor in cursors] == [(place,) for place in places]
    counts, _ = await pages(web, reading_as(settings, "coordinator"), 2)
    assert counts == [*(str(count) for count in (22, 21, *reversed(hidden), 20)), None]


async def test_a_page_goes_on_where_the_last_one_ended_although_the_history_grows(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    writer = await report(projection, catalogue, [20, 3, 21, 2, 22])
    reader, query = reading_as(settings, "reporter", "SO_TU_PHAP"), {"period": "2026", "limit": "1"}
    first = (await web.get("/api/v1/indicators/3.3/history", params=query, headers=reader)).json()
    for count in (1, 23):
        await correct(projection, catalogue, writer, count)
    more = query | {"cursor": first["next"]}
    second = (await web.get("/api/v1/indicators/3.3/history", params=more, headers=reader)).json()
    assert [one["items"][0]["numerator"] for one in (first, second)] == ["22", "21"]
