import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from audit.rules.texts import texts
from services.audit.tests.conftest import OTHER, THEN, UNIT, Audit, notified, opened, received
from shared.events import Event, IndicatorAggregated, IndicatorFigures
from shared.text.messages import used_in_templates
from shared.text.names import alphabetical

FORM = {
    "boxes": "2",
    "key": "page-1",
    "action": "save",
    "unit": UNIT,
    "period": "2026",
    "kind": "giam_sat",
    "obligation": "O13",
    "started_on": "2026-12-01",
    "scope": "Dòng một\r\nDòng hai",
    "findings-1-criteria": "Điều 5",
    "findings-1-condition": "Không <b>đúng</b>",
    "findings-1-cause": "Thiếu người",
    "findings-1-effect": "Số liệu sai",
    "findings-1-severity": "medium",
}


class Labels(HTMLParser):
    """Fields without a label, ids that stand twice, references to ids that do not exist."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.referred: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.fields.add(given.get("id", f"nameless {given.get('name')}"))
        self.referred |= set((given.get("aria-describedby", "") + " " + given.get("aria-labelledby", "")).split())
        if tag == "a" and given.get("href", "").startswith("#"):
            self.referred.add(given["href"][1:])


def check(answer: httpx.Response, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    text = answer.text
    found = Labels(text)
    assert len(found.ids) == len(set(found.ids)), found.ids
    assert found.fields <= found.labelled
    assert found.referred <= set(found.ids)
    assert (len(re.findall("<h1", text)) == 1 and 'lang="vi"' in text) or 'lang="en"' in text
    assert " style=" not in text and "<script>" not in text
    return text


async def send(audit: Audit, path: str, form: dict[str, str], role: str = "auditor") -> httpx.Response:
    return await audit.client.post(path, data=form, headers=audit.as_(role) | {"Accept": "text/html"})


async def test_the_log_tells_sentences_and_has_the_exact_bytes_one_click_away(audit: Audit) -> None:
    event = received(uuid4(), 2)
    await audit.log(event)
    text = check(await audit.get("/log"))
    assert "14/12/2026 23:12" in text and "Xã Quảng Trực gửi bản 2 Biểu B01-XA năm 2026" in text
    assert f'href="/events/{event.id}"' in text
    shown = check(await audit.get(f"/events/{event.id}"))
    assert f"/api/v1/events/{event.id}/raw" in shown and "&#34;revision&#34;: 2" in shown
    assert event.to_bytes().decode().replace('"', "&#34;") in shown
    english = await audit.client.get("/log", headers=audit.as_("auditor") | {"Accept-Language": "en"})
    assert "Quảng Trực Commune sent revision 2 of form B01-XA for 2026" in check(english)


async def test_a_reminder_is_told_with_the_form_the_log_knows(audit: Audit) -> None:
    duty, other = uuid4(), uuid4()
    reminder = notified(duty)
    await audit.log(opened(duty), received(duty), reminder, notified(duty, "returned"), notified(other))
    for path in ("/log", f"/events/{reminder.id}", f"/subjects/{duty}"):
        assert "nhắc trước hạn 30 ngày về báo cáo Biểu B01-XA năm 2026 cho" in check(await audit.get(path))
    assert "rằng báo cáo Biểu B01-XA năm 2026 được trả lại" in check(await audit.get(f"/subjects/{duty}"))
    assert "nhắc trước hạn 30 ngày về báo cáo năm 2026 cho" in check(await audit.get(f"/subjects/{other}"))


async def test_the_log_becomes_cards_on_a_phone(audit: Audit) -> None:
    await audit.log(received(uuid4()))
    address = re.search(r'href="(/static/log.css[^"]*)"', check(await audit.get("/log")))
    assert address and "max-width: 40rem" in (await audit.client.get(address[1])).text
    assert 'class="table-box log"' in (await audit.get("/log")).text


async def test_units_stand_in_vietnamese_order(audit: Audit) -> None:
    for path in ("/log", "/inspections", "/inspections/new"):
        text = check(await audit.get(path))
        for group in re.findall("<optgroup.*?</optgroup>", text, re.DOTALL):
            names = [unescape(name) for name in re.findall('value="[^"]+"[^>]*>([^<]+)<', group)]
            assert names == sorted(names, key=alphabetical)


async def test_home_is_the_log(audit: Audit) -> None:
    assert (await audit.get("/")).headers["location"] == "/log"


async def test_search_on_one_line_keeps_what_was_typed(audit: Audit) -> None:
    await audit.log(received(uuid4()), opened(uuid4(), unit=OTHER))
    text = check(await audit.get("/log", unit=OTHER, type="obligation.opened", **{"from": "2026-12-01"}))
    assert "phải nộp Biểu B01-XA" in text and "gửi bản" not in text
    assert f'value="{OTHER}" selected' in text and 'value="2026-12-01"' in text
    wrong = check(await audit.get("/log", period="quý 3", type="x"), 422)
    assert 'value="quý 3"' in wrong and "error-summary" in wrong and "gửi bản" not in wrong
    assert "Không có việc nào khớp" in check(await audit.get("/log", q="nothing"))


async def test_an_empty_log_says_what_will_appear(audit: Audit) -> None:
    assert "Nhật ký chưa có gì" in check(await audit.get("/log"))


async def test_pages_follow_one_another(audit: Audit) -> None:
    await audit.log(*(received(uuid4()) for _ in range(60)))
    first = check(await audit.get("/log", unit=UNIT))
    address = re.search(r'rel="next" href="([^"]+)"', first)
    assert address and "unit=" in address[1]
    second = check(await audit.get(address[1].replace("&amp;", "&")))
    assert second.count(">nguyên văn</a>") == 10 and 'rel="next"' not in second


async def test_one_duty_in_order_whatever_the_order_of_arrival(audit: Audit) -> None:
    duty = uuid4()
    await audit.log(
        received(duty, 2), received(duty, 1, time=THEN.replace(day=10)), opened(duty, time=THEN.replace(day=1))
    )
    text = check(await audit.get(f"/subjects/{duty}"))
    places = [text.index(part) for part in ("phải nộp", "gửi bản 1", "gửi bản 2")]
    assert places == sorted(places) and "Xã Quảng Trực: Biểu B01-XA, 2026" in text


async def test_subjects_with_bars_and_values(audit: Audit) -> None:
    event = aggregated()
    await audit.log(event)
    assert "104,5; 1/28 đơn vị đã báo cáo" in check(await audit.get("/log"))
    check(await audit.get("/subjects/" + quote("4.1|DAK_NONG|2026", safe="")))
    check(await audit.get(f"/events/{event.id}"))


def aggregated(period: str = "2026") -> Event:
    figures = IndicatorFigures(value="104.51666666", reported=1, expected=28, assessment="not_assessed")
    data = IndicatorAggregated(
        measure="4.1", indicator="4.1", unit="DAK_NONG", period=period, as_of=THEN,
        values={"received": figures, "accepted": figures},
    )  # fmt: skip
    return Event.of(
        data, source="/aggregation", subject=f"4.1|DAK_NONG|{period}", time=THEN, catalogue_version="0" * 64
    )


async def test_the_ribbon_stands_over_everything_of_a_period_with_illustrative_data(audit: Audit) -> None:
    event, measure, elsewhere = received(uuid4()), aggregated(), aggregated("2025")
    real = received(uuid4(), period="2025")
    illustrative = event.model_copy(update={"data": event.data.model_copy(update={"illustrative": True})})
    await audit.log(illustrative, measure, elsewhere, real)
    subject = quote("4.1|DAK_NONG|2026", safe="")
    shown = ("/log", "/log?type=indicator.aggregated", f"/events/{measure.id}", f"/subjects/{subject}")
    for path in (*shown, f"/events/{event.id}"):
        assert "minh họa" in check(await audit.client.get(path, headers=audit.as_("auditor"))), path
    for path in ("/log?period=2025", f"/events/{elsewhere.id}", f"/events/{real.id}", "/log?q=nothing"):
        assert "minh họa" not in check(await audit.client.get(path, headers=audit.as_("auditor"))), path


async def test_a_reporter_sees_the_own_unit_and_no_choice_of_others(audit: Audit) -> None:
    await audit.log(received(uuid4()), received(uuid4(), unit=OTHER))
    text = check(await audit.get("/log", "reporter", UNIT))
    assert text.count("gửi bản") == 1 and "<optgroup" not in text and "/inspections" not in text


async def test_the_form_logs_an_inspection_once(audit: Audit) -> None:
    text = check(await audit.get("/inspections/new"))
    assert 'name="findings-0-criteria"' in text and "Không ghi tên" in text
    for _ in range(2):
        answer = await send(audit, "/inspections/new", FORM)
        assert answer.status_code == 303
    case = check(await audit.get(answer.headers["location"]))
    assert "Giám sát tại Xã Quảng Trực" in case and "Dòng một<br>" in case and "Không &lt;b&gt;đúng" in case
    assert "chưa có văn bản căn cứ" in case and "chưa ký, chưa có số" in case
    listed = check(await audit.get("/inspections"))
    assert "1 trung bình" in listed and "Đang tiến hành" in listed and ">15<" in listed
    assert len(await audit.rows("select id from inspection")) == 1


async def test_faults_stand_on_top_and_beside_and_what_was_typed_is_kept(audit: Audit) -> None:
    wrong = FORM | {"period": "", "findings-1-cause": "", "document_number": "5/KL", "scope": "Giữ <lại> chữ này"}
    text = check(await send(audit, "/inspections/new", wrong), 422)
    for id_ in ("period", "findings-1-cause", "document_number"):
        assert f'href="#{id_}"' in text and f'id="{id_}-error"' in text
    for said in (
        "Kỳ số liệu: chưa điền. Hãy điền nội dung.",
        "Phát hiện 2, Vì sao: chưa điền. Hãy điền nội dung.",
        "Số kết luận: dự thảo chưa ký",
    ):
        assert f">{said}" in text
    assert text.count(">Chưa điền. Hãy điền nội dung.</p>") == 2  # beside the fields, under their labels
    assert "Giữ &lt;lại&gt; chữ này" in text and "Điều 5" in text and 'value="giam_sat" selected' in text
    assert 'value="page-1"' in text and await audit.rows("select id from inspection") == []


async def test_another_box_without_javascript(audit: Audit) -> None:
    text = check(await send(audit, "/inspections/new", FORM | {"action": "another"}))
    assert 'name="findings-2-criteria"' in text and "Điều 5" in text and "error-summary" not in text
    assert await audit.rows("select id from inspection") == []


async def test_a_finding_is_added_on_the_page_of_the_case(audit: Audit) -> None:
    where = (await send(audit, "/inspections/new", FORM)).headers["location"]
    finding = {name.removeprefix("findings-1-"): value for name, value in FORM.items() if "findings-1" in name}
    wrong = check(await send(audit, f"{where}/findings", finding | {"effect": ""}), 422)
    assert 'id="effect-error"' in wrong and ">Hậu quả: chưa điền" in wrong and "Thiếu người</textarea>" in wrong
    for _ in range(2):
        assert (await send(audit, f"{where}/findings", finding | {"key": "f1"})).headers["location"] == where
    assert "Phát hiện 2" in check(await audit.get(where)) and "Phát hiện 3" not in (await audit.get(where)).text
    assert "<form" not in (await audit.get(where, "leader")).text.split("<main")[1]


@pytest.mark.parametrize("form", [{}, {"boxes": "9" * 5}, {"boxes": "-1"}, {"boxes": "0"}, {"boxes": "60"}])
async def test_forms_nobody_would_send(audit: Audit, form: dict[str, Any]) -> None:
    check(await send(audit, "/inspections/new", form), 422)


def test_every_message_of_the_templates_exists() -> None:
    used = {key for key in used_in_templates("audit.pages") if not key.startswith("web.")}
    missing = {key for key in used if key not in texts() and not key.endswith(".")}
    assert not missing
