"""A secret sum is told once, whatever the clock does, and an operator sees when one can be told no more."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
import structlog

from aggregation.commands import publish
from aggregation.commands.aggregate import Aggregator
from aggregation.commands.publish import publish_once
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.disclosure.test_restored import LAST, a_year_that_was_told
from services.aggregation.tests.disclosure.year import Year
from services.aggregation.tests.drivers.readers import reading_as
from shared import metrics
from shared.clock import Clock
from tests.support.databases import owner

AHEAD = Clock(timedelta(days=1))
UNKNOWN = {"event": "publication.unknown", "measure": "4.3", "period": "2026", "log_level": "warning"}


async def reported(year: Year, web: httpx.AsyncClient, headers: dict[str, str]) -> list[int]:
    """Of how many communes the sum is that is shown, and the newest of the history."""
    found = []
    for path in ("", "/4.3/history"):
        answer = await web.get(f"/api/v1/indicators{path}", params={"period": "2026"}, headers=headers)
        found.append(next(item["reported"] for item in answer.json()["items"] if item["measure"] == "4.3"))
    return found


@pytest.mark.parametrize("ahead", ["published", "counted"])
async def test_after_the_clock_was_set_back_a_sum_is_told_once(
    ahead: str, year: Year, web: httpx.AsyncClient, settings: AggregationSettings
) -> None:
    """The last sum, or the values that a next one is of, are dated a day ahead."""
    if ahead == "published":
        year.clock = AHEAD
    else:
        year.projection = replace(year.projection, aggregator=Aggregator(year.projection.aggregator.plan, AHEAD))
    await a_year_that_was_told(year)
    assert [await year.publish() for _ in range(3)] == [0, 0, 0]

    year.clock = Clock()
    await year.decide("returned", *year.communes[:LAST])
    assert [await year.publish() for _ in range(3)] == [0, 0, 0]
    assert await reported(year, web, reading_as(settings, "leader")) == [28 - LAST] * 2


async def test_what_changes_without_a_report_is_told_although_the_last_is_dated_ahead(year: Year) -> None:
    year.clock = AHEAD
    await a_year_that_was_told(year)
    year.clock = Clock()
    async with owner(year.projection.engine) as tx:
        await tx.execute(sa.text("update indicator_value set expected = 29 where measure = '4.3' and period = '2026'"))
    assert [await year.publish() for _ in range(2)] == [1, 0]


def unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a catalogue without a field of the form that was reported."""
    monkeypatch.setattr(publish, "members", lambda *_: {})


async def test_a_sum_that_is_told_no_more_is_a_metric_and_logged_once(
    year: Year, plan: PlanIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_year_that_was_told(year)
    await year.decide("returned", *year.communes[:1])
    shut: set[tuple[str, str]] = set()
    with structlog.testing.capture_logs() as logs, monkeypatch.context() as patched:
        unreadable(patched)
        for _ in range(3):
            assert await publish_once(year.projection.engine, plan, year.clock, shut) == 0
            assert metrics.SUMS_SHUT.labels("aggregation")._value.get() == 1
    assert logs == [UNKNOWN] and shut == {("4.3", "2026")}
    await publish_once(year.projection.engine, plan, year.clock, shut)
    assert not shut and metrics.SUMS_SHUT.labels("aggregation")._value.get() == 0
