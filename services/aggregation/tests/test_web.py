"""API and pages of a running application, on real values."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.app import create_app
from aggregation.pages.chart import Point, Series, _spec, labelled
from aggregation.pages.charts import Charts
from aggregation.pages.indicators import document_name
from aggregation.settings import AggregationSettings
from services.aggregation.tests.conftest import Bench, Desk
from services.aggregation.tests.test_store import commune_answer
from shared.auth import ROLES, Role, issue_local_token
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.text import messages
from shared.text.names import alphabetical

NEW = "24736@2025-07-01"


@pytest.fixture
def settings(engine: AsyncEngine, tmp_path: Path) -> AggregationSettings:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "local", "alg": "ES256", "use": "sig"}
    (tmp_path / "jwks.json").write_text(str({"keys": [jwk]}).replace("'", '"'))
    return AggregationSettings(
        database_url=engine.url.render_as_string(hide_password=False),
        environment="test",
        jwks_file=tmp_path / "jwks.json",
        local_issuer_key_file=tmp_path / "key.pem",
    )


def reading_as(settings: AggregationSettings, role: Role, unit: str = "DAK_NONG") -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_local_token(settings, role, unit)}"}


@pytest_asyncio.fixture(loop_scope="session")
async def web(settings: AggregationSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of a signed-in leader."""
    app = create_app(settings)
    token = issue_local_token(settings, "leader", "DAK_NONG")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"Authorization": f"Bearer {token}"}
    ) as client:  # fmt: skip
        yield client


async def some_data(bench: Bench, catalogue: Catalogue, *, illustrative: bool = False) -> Desk:
    desk = Desk(catalogue)
    for period in ("2024", "2025"):
        await bench.deliver(desk.open_period(period))
    answers = [
        desk.submit(o, commune_answer(n_live_births_male=113), illustrative=illustrative)
        for o in desk.obligations
        if o.form == "B01-XA" and (o.period == "2024" or o.unit != NEW)
    ]
    await bench.deliver(answers)
    return desk


async def test_every_measure_is_listed_even_without_data(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/indicators", params={"period": "2026"})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert len(items) == 23 and answer.json()["next"] is None
    assert {i["assessment"] for i in items} == {"not_assessed"}
    first = items[0]
    assert (first["measure"], first["unit"], first["basis"], first["value"]) == ("1.1", "DAK_NONG", "received", None)
    assert first["target"] == {
        "op": ">=", "value": "75", "year": 2030, "approximate": False, "confirmed": True, "binding": False,
    }  # fmt: skip


async def test_a_value_comes_with_its_sums_and_coverage(
    web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue
) -> None:
    desk = await some_data(bench, catalogue)
    answer = await web.get("/api/v1/indicators", params={"period": "2025"})
    item = next(i for i in answer.json()["items"] if i["measure"] == "6.1")
    assert (item["value"], item["numerator"], item["denominator"]) == ("40", "1080", "2700")
    assert (item["reported"], item["expected"], item["assessment"]) == (27, 28, "not_assessed")
    assert item["target"]["binding"] is True
    before = datetime.fromisoformat(item["as_of"])

    await bench.deliver([desk.submit(desk.find("B01-XA", NEW, "2025"), commune_answer(n_people_reached=90))])
    now = await web.get("/api/v1/indicators", params={"period": "2025", "unit": NEW})
    assert next(i for i in now.json()["items"] if i["measure"] == "6.1")["value"] == "90"
    then = await web.get("/api/v1/indicators", params={"period": "2025", "as_of": before.isoformat()})
    assert next(i for i in then.json()["items"] if i["measure"] == "6.1")["value"] == "40"
    history = (await web.get("/api/v1/indicators/6.1/history", params={"period": "2025", "limit": 1})).json()
    assert history["items"][0]["reported"] == 28 and history["next"]
    second = await web.get("/api/v1/indicators/6.1/history", params={"period": "2025", "cursor": history["next"]})
    assert second.json()["items"][0]["reported"] == 27


async def test_explanation_names_the_submissions(web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue) -> None:
    desk = await some_data(bench, catalogue)
    answer = await web.get("/api/v1/indicators/4.1/explanation", params={"period": "2025"})
    (told,) = answer.json()["items"]
    assert {c["element"]: c["value"] for c in told["cells"]} == {
        "n_live_births_male": str(27 * 113),
        "n_live_births_female": str(27 * 50),
    }
    assert len(told["contributions"]) == 54
    known = {str(id) for o in desk.obligations for id in o.ids}
    assert {c["submission_id"] for c in told["contributions"]} <= known


async def test_coverage(web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue) -> None:
    await some_data(bench, catalogue)
    answer = (await web.get("/api/v1/coverage", params={"period": "2025"})).json()
    total = next(t for t in answer["totals"] if t["form"] == "B01-XA")
    assert total == {"form": "B01-XA", "expected": 28, "received": 27, "accepted": 0}
    assert next(i for i in answer["items"] if i["unit"] == NEW)["received"] is False


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/indicators?period=soon", 422),
        ("/api/v1/indicators?period=2099", 422),
        ("/indicators?period=2020-Q4", 422),
        ("/api/v1/indicators?unit=X", 422),
        ("/api/v1/indicators?as_of=2026-01-01T00:00:00", 422),
        ("/api/v1/indicators/9.9/history", 404),
        ("/api/v1/indicators?basis=guess", 422),
        ("/indicators/9.9", 404),
    ],
)
async def test_faults_are_problems(web: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await web.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_nobody_reads_without_signing_in(web: httpx.AsyncClient) -> None:
    for path in ("/api/v1/indicators", "/indicators"):
        assert (await web.get(path, headers={"Authorization": ""})).status_code == 401


async def test_the_board_stays_on_a_year_until_the_next_has_a_report(
    settings: AggregationSettings, bench: Bench, catalogue: Catalogue
) -> None:
    """15 December 2026 begins 2027: opened, and empty for months."""

    async def shown(day: date) -> str:
        app = create_app(settings, Clock(datetime.combine(day, time(5), UTC) - datetime.now(UTC)))
        transport = httpx.ASGITransport(app)
        headers = reading_as(settings, "leader")
        async with app.router.lifespan_context(app), httpx.AsyncClient(
            transport=transport, base_url="http://test", headers=headers
        ) as client:  # fmt: skip
            (found,) = {i["period"] for i in (await client.get("/api/v1/indicators")).json()["items"]}
            assert f", {found}</h1>" in (await client.get("/indicators")).text
            return str(found)

    before, after = date(2026, 12, 14), date(2026, 12, 15)
    assert (await shown(before), await shown(after)) == ("2026", "2027"), "nothing is opened at all"
    desk = Desk(catalogue)
    await bench.deliver(desk.open_period("2025", ["B12-NGHE"]))
    assert await shown(before) == await shown(after) == "2025", "2026 is not opened"
    await bench.deliver(desk.open_period("2026", ["B12-NGHE"]))
    assert await shown(after) == "2026", "nobody has reported: the newest opened"
    vet = {"n_vet_new_total": 10, "n_vet_new_female": 4}
    await bench.deliver([desk.submit(o, vet) for o in desk.obligations])
    opened = [*desk.open_period("2027", ["B12-NGHE"]), *desk.open_period("2027-Q1", ["B02-XA-Q"])]
    await bench.deliver([*opened, desk.submit(desk.obligations[-1], {"n_items_in_quarter": 4})])
    assert await shown(after) == "2026", "2027 is open and has no yearly report"
    await bench.deliver([desk.submit(desk.find("B12-NGHE", "SO_GDDT", "2027"), vet)])
    assert await shown(before) == "2026"
    assert await shown(after) == "2027"


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_the_dashboard(web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue, lang: str) -> None:
    await some_data(bench, catalogue)
    answer = await web.get("/indicators", params={"period": "2025"}, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    text = answer.text
    assert text.count('<th scope="row">') == 23 and text.count("<caption") == 6
    assert "27/28" in text and "strip-on" in text and "style=" not in text
    assert ("226,0" if lang == "vi" else "226.0") in text
    assert 'class="ribbon"' not in text
    assert (await web.get("/", follow_redirects=True, headers={"Accept": "text/html"})).status_code == 200


async def test_how_the_dashboard_is_read(web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue) -> None:
    await some_data(bench, catalogue)
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


async def test_a_period_outside_the_plan_is_said_so(web: httpx.AsyncClient) -> None:
    answer = await web.get("/indicators", params={"period": "2099"}, headers={"Accept": "text/html"})
    assert answer.status_code == 422 and "Kế hoạch chỉ có các kỳ từ 2021 đến 2030." in answer.text


async def test_units_without_a_value_stand_in_vietnamese_order(
    web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue
) -> None:
    await bench.deliver(Desk(catalogue).open_period("2026", ["B01-XA"]))
    text = html.unescape((await web.get("/indicators/6.1", params={"period": "2026"})).text)
    listed = re.findall(r'<th scope="row">([^<]+)</th>', text.split("Từng đơn vị, 2026")[-1])
    assert len(listed) == 28 and listed == sorted(listed, key=alphabetical) != sorted(listed)


async def test_every_indicator_has_a_page(web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue) -> None:
    await some_data(bench, catalogue, illustrative=True)
    for code in catalogue.indicators:
        answer = await web.get(f"/indicators/{code}", params={"period": "2025"})
        assert answer.status_code == 200, (code, answer.text[:500])
        assert 'class="ribbon"' in answer.text
        ids = re.findall(r' id="([^"]+)"', answer.text)
        assert len(ids) == len(set(ids)), code
    text = (await web.get("/indicators/4.1", params={"period": "2025"})).text
    assert "<svg" in text and "<desc>" in text and "style=" not in text
    assert "2024" in text and "226,0" in text


OTHER_PLAN = Path(__file__).parents[3] / "shared" / "tests" / "catalogue" / "other_plan"


async def test_another_plan_brings_its_own_years(settings: AggregationSettings) -> None:
    app = create_app(settings.model_copy(update={"catalogue_path": OTHER_PLAN}))
    async with app.router.lifespan_context(app), httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://test",
        headers=reading_as(settings, "leader", "TINH") | {"Accept-Language": "en"},
    ) as browser:  # fmt: skip
        asked = {"period": "2028"}
        pages = [await browser.get(path, params=asked) for path in ("/indicators", "/indicators/1")]
    dashboard, one = (html.unescape(page.text) for page in pages)
    assert "Way to the 2032 target" in dashboard and "Upright mark: the target of 2028." in dashboard
    assert "Progress on the 1 indicators" in dashboard and "2032 target > 98" in dashboard
    assert "Since 1 January 2029 the area has 1 commune instead of 2." in one
    assert "reorganised 1 January 2029" in one and "2028: > 95; 2032: > 98" in one
    for words in ("2021", "2025", "2030 target", "2030: >"):
        assert words not in dashboard + one


def test_a_plan_without_a_break_has_a_chart_without_one() -> None:
    axis = _spec(replace(SERIES, years=(2026, 2032), breaks=()))["layer"][0]["encoding"]["x"]
    assert axis["scale"]["domain"] == [2025.5, 2032.5] and axis["axis"]["values"] == list(range(2026, 2033))
    assert "sắp xếp" in str(_spec(SERIES)) and "sắp xếp" not in str(_spec(replace(SERIES, breaks=())))


async def test_a_page_without_any_data(web: httpx.AsyncClient) -> None:
    for path in ("/indicators", "/indicators/5.2", "/indicators/6.3?period=2026-Q3&unit=" + NEW):
        assert (await web.get(path)).status_code == 200


SERIES = Series(
    points=(Point(2024, Decimal("113.2"), True), Point(2025, Decimal(112), False)),
    targets=((2025, Decimal(111), "≤ 111"), (2030, Decimal(109), "≤ 109")),
    unit="bé trai/100 bé gái",
    title="Tỷ số <giới tính>",
    description="2024: 113,2",
    years=(2021, 2030),
    breaks=((2025, "sắp xếp"),),
    decimals=1,
    comma=True,
)


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
    ("value", "value_below", "target_below"),
    [("90", False, False), ("98", False, True), ("95", False, True), ("94", True, False), ("60", False, False)],
)
def test_a_value_and_its_target_keep_their_labels_apart(value: str, value_below: bool, target_below: bool) -> None:
    target = Decimal(80) if value == "90" else Decimal(95)
    series = replace(SERIES, points=(Point(2025, Decimal(value), True),), targets=((2025, target, "95"),))
    (seen,), (goal,) = labelled(series, span=50)
    assert (seen["below"], goal["below"]) == (value_below, target_below)


def test_a_series_survives_its_json() -> None:
    assert Series.from_json(SERIES.to_json()) == SERIES


def test_every_message_used_exists() -> None:
    known = messages.load("shared.web", "aggregation")
    for key, where in messages.used_in_templates("aggregation.pages").items():
        assert key in known, where


NUMBERS = ("value", "numerator", "denominator")


@pytest.mark.parametrize("role", ROLES)
async def test_small_counts_of_a_commune_are_seen_nowhere(
    web: httpx.AsyncClient, settings: AggregationSettings, bench: Bench, catalogue: Catalogue, role: Role
) -> None:
    desk = Desk(catalogue)
    await bench.deliver(desk.open_period("2024", ["B01-XA"]))
    unit, district = "24736@2021-01-01", "667@2021-01-01"
    first = commune_answer(n_adolescent_births=3, n_adolescent_women=1237)
    await bench.deliver([desk.submit(desk.find("B01-XA", unit, "2024"), first)])
    headers = reading_as(settings, role)
    for place in (unit, district):
        asked = {"period": "2024", "unit": place}
        answers = [
            await web.get(f"/api/v1/indicators{path}", params=asked | more, headers=headers)
            for path, more in (
                ("", {}),
                ("", {"as_of": "2099-01-01T00:00:00Z"}),
                ("/4.3/history", {}),
                ("/4.3/explanation", {}),
            )
        ]
        for answer in answers:
            items = [i["indicator"] if "cells" in i else i for i in answer.json()["items"]]
            item = next(i for i in items if i["measure"] == "4.3")
            assert [item[name] for name in NUMBERS] == [None] * 3 and item["suppressed"], answer.url
        (told,) = answers[-1].json()["items"]
        assert all(cell["value"] is None and cell["suppressed"] for cell in told["cells"])
        for path in ("/indicators", "/indicators/4.3"):
            answer = await web.get(path, params=asked, headers=headers)
            text = answer.text
            assert answer.status_code == 200 and "1.237" not in text and "2,4" not in text, path
    text = (await web.get("/indicators/4.3", params={"period": "2024"}, headers=headers)).text
    assert "Không hiện (số nhỏ)" in text
    (told,) = (await web.get("/api/v1/indicators/4.3/explanation", params={"period": "2024"}, headers=headers)).json()[
        "items"
    ]
    (births,) = [c for c in told["contributions"] if c["element"] == "n_adolescent_births"]
    assert births["value"] == ("3" if role in ("coordinator", "auditor") else None)
    own = reading_as(settings, "reporter", unit)
    (told,) = (await web.get("/api/v1/indicators/4.3/explanation", params={"period": "2024"}, headers=own)).json()[
        "items"
    ]
    assert {c["value"] for c in told["contributions"]} == {"3", "1237"}


async def test_two_past_sums_do_not_tell_a_single_commune(
    web: httpx.AsyncClient, settings: AggregationSettings, bench: Bench, catalogue: Catalogue
) -> None:
    desk = Desk(catalogue)
    await bench.deliver(desk.open_period("2026", ["B01-XA"]))
    answers = {o.unit: desk.submit(o, commune_answer(n_adolescent_births=7)) for o in desk.obligations}
    *some, last = answers.values()
    await bench.deliver(some)
    (event,) = [e["data"] for e in await bench.published() if e["subject"].startswith("4.3|")][-1:]
    assert event["values"]["received"].get("numerator") is None
    assert event["values"]["received"]["value"] == "70.0"
    assert {e["data"]["unit"] for e in await bench.published()} == {"DAK_NONG"}
    for role in ROLES:
        headers = reading_as(settings, role)
        for path, more in (("/4.3/history", {}), ("", {"as_of": "2099-01-01T00:00:00Z"})):
            found = await web.get(f"/api/v1/indicators{path}", params={"period": "2026"} | more, headers=headers)
            item = next(i for i in found.json()["items"] if i["measure"] == "4.3")
            shown = role in ("coordinator", "auditor")
            assert (item["numerator"] == str(7 * 27)) == shown and Decimal(item["value"]) == 70, (role, path)
    await bench.deliver([last])
    found = await web.get("/api/v1/indicators/4.3/history", params={"period": "2026"})
    assert [i["numerator"] for i in found.json()["items"][:2]] == [str(7 * 28), None]


async def test_districts_have_values_but_no_events(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    await bench.deliver(desk.open_period("2024"))
    assert (await bench.value("6.1", "2024", unit="667@2021-01-01")).expected == 6
    assert {e["data"]["unit"] for e in await bench.published()} == {"DAK_NONG"}


async def test_words_of_an_indicator(web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue) -> None:
    async def text(code: str, **asked: str) -> str:
        return (await web.get(f"/indicators/{code}", params={"period": "2026"} | asked)).text

    one = await text("6.1")
    document = next(iter(catalogue.documents.values()))
    assert f"Nội dung chỉ tiêu (Nghị quyết {document.number})" in one and "Câu chữ của Kế hoạch" not in one
    assert "suy ra, chưa có văn bản" in one and "suy ra" not in await text("6.1", period="2024")
    assert "Chưa mở kỳ báo cáo" in one and str(catalogue.measures["6.1"].note_vi) in html.unescape(one)
    assert "Số liệu năm học" in await text("5.2") and "Số liệu theo năm điều tra" in await text("2.1")
    shared = await text("3.2")
    assert "phần Bạo lực gia đình)" in shared and "phần Bạo lực trên cơ sở giới (ngoài gia đình))" in shared
    assert "Đơn vị không phải báo cáo" in await text("5.3", unit=NEW)
    assert "Kỳ này không đơn vị nào phải báo cáo" in await text("6.3", period="2024")
    await some_data(bench, catalogue)
    assert "Số xã, phường có ít nhất" not in await text("6.3", period="2025")
    await bench.deliver(Desk(catalogue).open_period("2025-Q4"))
    assert "Số xã, phường có ít nhất" in await text("6.3", period="2025")


def test_a_flag_does_not_occur() -> None:
    known = messages.load("shared.web", "aggregation")
    assert known.plain("vi", "board.void") == "Không áp dụng"
    assert document_name(known, None, "vi") is None


async def test_births_counted_twice_are_a_note(web: httpx.AsyncClient, bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    health, opened = desk.open("B10-YTE", "SO_Y_TE", "2026")
    commune, also = desk.open("B01-XA", NEW, "2026")
    await bench.deliver([opened, also, desk.submit(commune, commune_answer())])
    births = {"n_maternal_deaths": 0, "n_lgbt_pilot_facilities": 0}

    async def noted() -> set[bool]:
        pages = [(await web.get(f"/indicators/{code}", params={"period": "2026"})).text for code in ("4.1", "4.2")]
        return {"báo cáo 1.115 trẻ sinh ra sống, các xã, phường cộng lại 110 bé" in page for page in pages}

    assert await noted() == {False}
    await bench.deliver([desk.submit(health, births | {"n_live_births": 1115})])
    assert await noted() == {True}
    await bench.deliver([desk.submit(health, births | {"n_live_births": 110})])
    assert await noted() == {False}
    assert "trẻ sinh ra sống, các xã" not in (await web.get("/indicators/4.2", params={"period": "2026"})).text
