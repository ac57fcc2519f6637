"""The process that draws charts, and what it keeps."""

from dataclasses import replace

import pytest

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
