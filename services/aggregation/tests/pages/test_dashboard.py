"""The dashboard."""

import html
import re
from pathlib import Path

import httpx
import pytest

from aggregation.app import create_app
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.history import NEW, some_data
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
    assert "hiện ở kỳ 2026." in text and not re.search(r"Trong \d+ chỉ tiêu", text)


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
    # Head and foot hold a random trace id, in which any four digits may stand.
    dashboard, one = (html.unescape(re.sub(r"<code>[0-9a-f]{32}</code>", "", page.text)) for page in pages)
    assert "Way to the 2032 target" in dashboard and "Upright mark: the target of 2028." in dashboard
    assert "Progress on the 1 indicator," in dashboard and "2032 target > 98" in dashboard
    assert "Since 1 January 2029 the area has 1 commune instead of 2." in one
    assert "reorganised 1 January 2029" in one and "2028: > 95; 2032: > 98" in one
    for words in ("2021", "2025", "2030 target", "2030: >"):
        assert words not in dashboard + one


def row_of(text: str, code: str) -> str:
    """The row of a measure, without its tags' attributes."""
    (row,) = [row for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if f">{code}. " in row]
    return html.unescape(row)


@pytest.mark.parametrize(
    ("lang", "words", "spoken"),
    [
        ("vi", "mới có 12/28 đơn vị", "Kết quả 100,0\xa0%, mới của 12 trong 28 đơn vị"),
        ("en", "only 12 of 28 units so far", "Value 100.0\xa0%, of 12 of 28 units only"),
    ],
)
async def test_a_value_of_some_units_looks_and_sounds_partial(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue, lang: str, words: str, spoken: str
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026", ["B01-XA"]))
    full = commune_answer(n_people_reached=100)
    query, headers = {"period": "2026"}, {"Cookie": f"lang={lang}"}
    await projection.deliver([writer.submit(o, full) for o in writer.obligations[:12]])
    row = row_of((await web.get("/indicators", params=query, headers=headers)).text, "6.1")
    assert words in row and spoken in row and 'class="partial"' in row
    assert 'fill="url(#partial-hatch)"' in row and "bar-fill" not in row and "<strong>" not in row
    one = html.unescape((await web.get("/indicators/6.1", params=query, headers=headers)).text)
    assert '<span class="big partial">' in one and words in one
    await projection.deliver([writer.submit(o, full) for o in writer.obligations[12:]])
    text = (await web.get("/indicators", params=query, headers=headers)).text
    row = row_of(text, "6.1")
    assert "partial" not in row and "bar-fill" in row and "<strong>" in row
    assert text.count('id="partial-hatch"') == 1


async def test_the_title_names_unit_and_period(web: httpx.AsyncClient) -> None:
    for path in ("/indicators", "/indicators/6.3", "/indicators/6.3/history", "/indicators/6.3/explanation"):
        for unit, name in ((NEW, "Xã"), ("DAK_NONG", "tỉnh Đắk Nông")):
            text = (await web.get(path, params={"period": "2026-Q3", "unit": unit})).text
            title = re.findall(r"<title>(.*)</title>", text)[0]
            assert "quý III/2026" in title and name in title, path
            assert "2026-Q3</" not in text, path


async def test_counts_lead_to_what_they_count(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    await some_data(projection, catalogue)
    query = {"period": "2025"}
    text = (await web.get("/indicators", params=query)).text
    (counted,) = re.findall(rf"Trong {len(catalogue.indicators)} chỉ tiêu:(.*?)</p>", text, re.DOTALL)
    links = re.findall(r'href="([^"]+)"[^>]*><strong>(\d+)</strong>', counted)
    assert sum(int(count) for _, count in links) == len(catalogue.indicators)
    for address, count in links:
        listed = (await web.get(html.unescape(address))).text
        codes = set(re.findall(r">(\d\.\d)[ab]?\. ", listed))
        assert len(codes) == int(count) and 'aria-current="true"' in listed
        assert f"Hiện cả {len(catalogue.indicators)} chỉ tiêu" in listed
    assert "Không có chỉ tiêu nào" in (await web.get("/indicators", params=query | {"state": "not_applicable"})).text
    assert (await web.get("/indicators", params=query | {"state": "good"})).status_code == 422
    row = row_of(text, "6.1")
    missing = f"{settings.submissions_url}/obligations?period=2025&form=B01-XA&state=pending"
    assert f'href="{missing}"' in row and "xem đơn vị chưa báo cáo" in row
    headers = reading_as(settings, "reporter", NEW)
    assert "/obligations?" not in (await web.get("/indicators", params=query, headers=headers)).text
    assert "/indicators/6.1?period=2025&basis=received#units-6.1" in row_of(
        (await web.get("/indicators", params=query, headers=headers)).text, "6.1"
    )


@pytest.mark.parametrize(
    ("lang", "sexes", "levels", "whole"),
    [
        ("vi", "Đạt: Nam. Chưa đạt: Nữ.", "Chưa đạt: tính chung, Cấp xã.", "Cả chỉ tiêu 5.2 đạt một phần."),
        ("en", "Met: Male. Not met: Female.", "Not met: in total, Commune.", "Indicator 5.2 as a whole is partly met."),
    ],
)
async def test_met_in_part_says_why(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue, lang: str, sexes: str, levels: str, whole: str
) -> None:
    writer = EventWriter(catalogue)
    pupils = {"gender_curriculum_in_place": 1}
    for sex, completed in (("male", 99), ("female", 85)):
        for level in ("primary", "lsec"):
            pupils |= {f"n_em_{level}_cohort|sex={sex}": 100, f"n_em_{level}_completed|sex={sex}": completed}
    o, opened = writer.open("B11-GD", "SO_GDDT", "2025")
    batch = [opened, writer.submit(o, pupils)]
    for form, unit, flag in (("B04-CQ", "SO_TU_PHAP", 1), ("B01-XA", NEW, 0)):
        o, opened = writer.open(form, unit, "2025")
        answer = commune_answer(female_key_leader=flag)
        fields = {f.element for f in catalogue.forms[form].fields}
        batch += [opened, writer.submit(o, {name: n for name, n in answer.items() if name in fields})]
    await projection.deliver(batch)
    headers = {"Cookie": f"lang={lang}"}
    dashboard = (await web.get("/indicators", params={"period": "2025"}, headers=headers)).text
    assert sexes in row_of(dashboard, "5.2a") and whole in row_of(dashboard, "5.2a")
    assert levels in row_of(dashboard, "1.1")
    for code, reason in (("5.2", sexes), ("5.2", whole), ("1.1", levels)):
        one = await web.get(f"/indicators/{code}", params={"period": "2025"}, headers=headers)
        assert reason in html.unescape(one.text), (code, reason)


@pytest.mark.parametrize(
    ("lang", "state", "reason"),
    [
        ("vi", "Không thể đạt", "1 trong 28 xã, phường đã có quý dưới 4 tin, bài"),
        ("en", "Out of reach", "1 of 28 communes already had a quarter with fewer than 4 items"),
    ],
)
async def test_what_can_no_longer_be_met_is_told_before_all_have_reported(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue, lang: str, state: str, reason: str
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026-Q1"))
    query, headers = {"period": "2026"}, {"Cookie": f"lang={lang}"}

    async def told() -> tuple[bool, bool, bool]:
        row = row_of((await web.get("/indicators", params=query, headers=headers)).text, "6.3")
        one = html.unescape((await web.get("/indicators/6.3", params=query, headers=headers)).text)
        items = (await web.get("/api/v1/indicators", params=query)).json()["items"]
        (item,) = [item for item in items if item["measure"] == "6.3"]
        assert item["assessment"] == "not_assessed"
        assert all((item["out_of_reach"] is False) for item in items if item["measure"] != "6.3")
        return state in row and reason in row, state in one and reason in one, item["out_of_reach"]

    assert await told() == (False, False, False)
    few = writer.submit(writer.find("B02-XA-Q", NEW, "2026-Q1"), {"n_items_in_quarter": 3})
    await projection.deliver([few])
    assert await told() == (True, True, True)
    for kind, listed in (("not_assessed", True), ("not_met", False)):
        text = (await web.get("/indicators", params=query | {"state": kind}, headers=headers)).text
        assert (">6.3. " in text) == listed, "drawn in the style of the state that counts and lists it"
    row = row_of((await web.get("/indicators", params=query, headers=headers)).text, "6.3")
    assert f'state-not-assessed">{state}' in row and "state-not-met" not in row
    past = await web.get("/api/v1/indicators", params=query | {"as_of": "2099-01-01T00:00:00Z"})
    assert {item["out_of_reach"] for item in past.json()["items"]} == {None}
    await projection.deliver([writer.submit(writer.find("B02-XA-Q", NEW, "2026-Q1"), {"n_items_in_quarter": 4})])
    assert await told() == (False, False, False)


async def test_enough_digits_stand_on_every_page(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue
) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B05-LD", "SO_NOI_VU", "2025")
    work = {"n_female_employed": 10000, "n_female_wage_workers": 4996, "n_female_employed_agri": 100}
    await projection.deliver([opened, writer.submit(o, work)])
    row = row_of((await web.get("/indicators", params={"period": "2025"})).text, "2.1")
    assert "49,96\xa0%" in row and "50,0" not in row and "Chưa đạt" in row
    for path in ("", "/history", "/explanation"):
        text = html.unescape((await web.get(f"/indicators/2.1{path}", params={"period": "2025"})).text)
        assert "49,96" in text and "50,0" not in text, path


@pytest.mark.parametrize(("lang", "words"), [("vi", "Không phát sinh"), ("en", "Nothing occurred")])
async def test_nothing_occurred_is_said_wherever_it_is_so(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue, lang: str, words: str
) -> None:
    """Also while others have yet to report, in the part, in the year and in the unit's own row."""
    writer = EventWriter(catalogue)
    names = ["n_victims_detected", "n_victims_served"]
    names += ["n_perpetrators_detected_noncriminal", "n_perpetrators_counselled"]
    o, opened = writer.open("B07-BLG", "SO_NOI_VU", "2025")
    other = writer.open("B08-BLGD", "SO_VHTTDL", "2025")[1]
    await projection.deliver([opened, other, writer.submit(o, {f"{n}|violence_type=BLG": 0 for n in names})])
    headers = {"Cookie": f"lang={lang}"}
    row = row_of((await web.get("/indicators", params={"period": "2025"}, headers=headers)).text, "3.2a")
    assert words in row and "0 %" not in row
    assert re.search(rf'class="bar"[^>]*aria-label="[^";]*{words};', row), "the bar says it too"
    one = html.unescape((await web.get("/indicators/3.2", params={"period": "2025"}, headers=headers)).text)
    section = one.split('id="m-1"')[1].split('id="m-2"')[0]
    rows = {name: cells for name, cells in re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', section, re.DOTALL)}
    assert words in rows["2025"]
    assert sum(words in cells for cells in rows.values()) == 3, "the year, the part and the unit that reported"


async def test_one_is_singular_in_english(web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B10-YTE", "SO_Y_TE", "2025")
    health = {"n_live_births": 10000, "n_maternal_deaths": 4}
    await projection.deliver([opened, writer.submit(o, health | {"n_lgbt_pilot_facilities": 1})])
    query, headers = {"period": "2025"}, {"Cookie": "lang=en"}
    row = row_of((await web.get("/indicators", params=query, headers=headers)).text, "4.4")
    assert "1 facility<" in row and "≥ 1</span> facility" in row and "1/1 unit<" in row and "1 facilities" not in row
    await projection.deliver([writer.submit(o, health | {"n_lgbt_pilot_facilities": 2})])
    assert "2 facilities<" in row_of((await web.get("/indicators", params=query, headers=headers)).text, "4.4")
