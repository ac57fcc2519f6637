"""The process that draws charts, and what it keeps."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from aggregation.pages.charts.chart import Point
from aggregation.pages.charts.drawer import Charts
from services.aggregation.tests.pages.charts.test_chart import SERIES


@pytest.mark.usefixtures("outside")
async def test_charts_are_kept_by_content_and_survive_their_process() -> None:
    charts = Charts()
    svg = await charts.svg(SERIES)
    assert svg and "<title>Tỷ số &lt;giới tính&gt;</title>" in svg and "113,2" in svg
    assert await charts.svg(replace(SERIES)) is svg and charts.misses == 1
    assert charts._process is not None
    charts._process.kill()
    await charts._process.wait()
    assert await charts.svg(replace(SERIES, unit="%"))
    await charts.stop()


@pytest.mark.parametrize(
    ("comma", "written"), [(True, {"4.000.000", "2.000.000"}), (False, {"4,000,000", "2,000,000"})]
)
@pytest.mark.usefixtures("outside")
async def test_the_numbers_of_the_axis_are_written_as_on_the_page(comma: bool, written: set[str]) -> None:
    charts = Charts()
    slip = replace(SERIES, points=(Point(2026, Decimal("4373288.1"), True, "4.373.288,1"),), comma=comma)
    assert {f">{number}</text>" for number in written} <= set(
        re.findall(r">[^<>]+</text>", await charts.svg(slip) or "")
    )
    small = replace(SERIES, points=(Point(2026, Decimal("1.73"), True, "1,73"),), targets=(), comma=comma)
    assert (">1,4</text>" if comma else ">1.4</text>") in (await charts.svg(small) or "")
    await charts.stop()
