"""The dashboard."""

import html
import re
from pathlib import Path

import httpx
import pytest

from aggregation.app import create_app
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.history import some_data
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.catalogue import Catalogue


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_the_dashboard(web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue, lang: str) -> None:
    await some_data(projection, catalogue)
    answer = await web.get("/indicators", params={"period": "2025"}, headers={"Cookie": f"lang={lang}"})
    assert answer.status_code == 200
    text = answer.text
    assert text.count('<th scope="row">') == len(catalogue.measures)
    assert text.count("<caption") == len(catalogue.objectives)
    assert "27/28" in text and "strip-on" in text and "style=" not in text
    assert ("226,0" if lang == "vi" else "226.0") in text
    assert 'class="ribbon"' not in text
    assert (await web.get("/", follow_redirects=True, headers={"Accept": "text/html"})).status_code == 200


async def test_how_the_dashboard_is_read(web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue) -> None:
    await some_data(projection, catalogue)
    text = (await web.get("/indicators", params={"period": "2025"})).text
    assert text.index("Thanh: quãng đường tới mục tiêu 2030") < text.index("<table>")
    strips = re.findall(r'<svg class="strip" viewBox="0 0 (\d+) (\d+)"', text)
    assert ("112", "16") in strips and all(int(width) <= 112 for width, _ in strips)
    assert "≥ 100" not in text and ">100</span>\u00a0%" in text and ">≥ 60</span>\u00a0%" in text
    assert not re.search(r"\d(</\w+>)? %", text)
    assert "≥ 100" not in (await web.get("/indicators/3.3", params={"period": "2025"})).text


async def test_a_quarter_shows_what_is_collected_in_quarters(web: httpx.AsyncClient) -> None:
    text = (await web.get("/indicators", params={"period": "2026-Q3"})).text
    assert text.count('<th scope="row">') == 1 and text.count("<caption") == 1 and ">6.3. " in text
    assert "hiện ở kỳ 2026." in text and "Trong 20 chỉ tiêu" not in text


OTHER_PLAN = Path(__file__).parents[4] / "shared" / "tests" / "catalogue" / "other_plan"


@pytest.mark.usefixtures("engine")
async def test_another_plan_brings_its_own_years(settings: AggregationSettings) -> None:
    app = create_app(settings.model_copy(update={"catalogue_path": OTHER_PLAN}))
    async with app.router.lifespan_context(app), httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://test",
        headers=reading_as(settings, "leader", "TINH") | {"Cookie": "lang=en"},
    ) as browser:  # fmt: skip
        query = {"period": "2028"}
        pages = [await browser.get(path, params=query) for path in ("/indicators", "/indicators/1")]
    # The footer holds a random trace id, in which any four digits may stand.
    dashboard, one = (html.unescape(re.sub(r"<code>[0-9a-f]{32}</code>", "", page.text)) for page in pages)
    assert "Way to the 2032 target" in dashboard and "Upright mark: the target of 2028." in dashboard
    assert "Progress on the 1 indicator," in dashboard and "2032 target > 98" in dashboard
    assert "Since 1 January 2029 the area has 1 commune instead of 2." in one
    assert "reorganised 1 January 2029" in one and "2028: > 95; 2032: > 98" in one
    for words in ("2021", "2025", "2030 target", "2030: >"):
        assert words not in dashboard + one
