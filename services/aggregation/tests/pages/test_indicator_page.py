"""The page of an indicator."""

import html
import re

import httpx

from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.history import NEW, some_data
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue
from shared.text import messages
from shared.text.names import alphabetical


async def test_units_without_a_value_stand_in_vietnamese_order(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue
) -> None:
    await projection.deliver(EventWriter(catalogue).open_period("2026", ["B01-XA"]))
    text = html.unescape((await web.get("/indicators/6.1", params={"period": "2026"})).text)
    listed = re.findall(r'<th scope="row">([^<]+)</th>', text.split("Từng đơn vị, năm 2026")[-1])
    assert len(listed) == 28 and listed == sorted(listed, key=alphabetical) != sorted(listed)


async def test_every_indicator_has_a_page(web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue) -> None:
    await some_data(projection, catalogue, illustrative=True)
    for code in catalogue.indicators:
        answer = await web.get(f"/indicators/{code}", params={"period": "2025"})
        assert answer.status_code == 200, (code, answer.text[:500])
        assert 'class="ribbon"' in answer.text
        ids = re.findall(r' id="([^"]+)"', answer.text)
        assert len(ids) == len(set(ids)), code
    text = (await web.get("/indicators/4.1", params={"period": "2025"})).text
    assert "<svg" in text and "<desc>" in text and "style=" not in text
    assert "2024" in text and "226,0" in text


async def test_a_page_without_any_data(web: httpx.AsyncClient) -> None:
    for path in ("/indicators", "/indicators/5.2", "/indicators/6.3?period=2026-Q3&unit=" + NEW):
        assert (await web.get(path)).status_code == 200


async def test_words_of_an_indicator(web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue) -> None:
    async def text(code: str, **query: str) -> str:
        return (await web.get(f"/indicators/{code}", params={"period": "2026"} | query)).text

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
    await some_data(projection, catalogue)
    assert "Số xã, phường có ít nhất" not in await text("6.3", period="2025")
    await projection.deliver(EventWriter(catalogue).open_period("2025-Q4"))
    assert "Số xã, phường có ít nhất" in await text("6.3", period="2025")


def test_a_flag_does_not_occur() -> None:
    assert messages.load("shared.web", "aggregation").plain("vi", "board.void") == "Không áp dụng"


async def test_births_counted_twice_are_a_note(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue
) -> None:
    writer = EventWriter(catalogue)
    health, opened = writer.open("B10-YTE", "SO_Y_TE", "2026")
    commune, also = writer.open("B01-XA", NEW, "2026")
    await projection.deliver([opened, also, writer.submit(commune, commune_answer())])
    births = {"n_maternal_deaths": 0, "n_lgbt_pilot_facilities": 0}

    async def noted() -> set[bool]:
        pages = [(await web.get(f"/indicators/{code}", params={"period": "2026"})).text for code in ("4.1", "4.2")]
        return {"báo cáo 1.115 trẻ sinh ra sống, các xã, phường cộng lại 110 bé" in page for page in pages}

    assert await noted() == {False}
    await projection.deliver([writer.submit(health, births | {"n_live_births": 1115})])
    assert await noted() == {True}
    await projection.deliver([writer.submit(health, births | {"n_live_births": 110})])
    assert await noted() == {False}
    assert "trẻ sinh ra sống, các xã" not in (await web.get("/indicators/4.2", params={"period": "2026"})).text
