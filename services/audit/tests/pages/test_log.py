"""The search, one event, and the timeline."""

import re
from html import unescape
from uuid import uuid4

from services.audit.tests.audit_driver import Audit
from services.audit.tests.page_check import check
from services.audit.tests.sample_events import OTHER, THEN, UNIT, opened, received
from shared.text.names import alphabetical


async def test_the_log_becomes_cards_on_a_phone(audit: Audit) -> None:
    await audit.log(received(uuid4()))
    address = re.search(r'href="(/static/log.css[^"]*)"', check(await audit.get("/log")))
    assert address and "max-width: 40rem" in (await audit.client.get(address[1])).text
    assert 'class="table-box log"' in (await audit.get("/log")).text


async def test_search_on_one_line_keeps_what_was_typed(audit: Audit) -> None:
    await audit.log(received(uuid4()), opened(uuid4(), unit=OTHER))
    text = check(await audit.get("/log", unit=OTHER, type="obligation.opened", **{"from": "2026-12-01"}))
    assert "phải nộp Biểu B01-XA" in text and "gửi bản" not in text
    assert f'value="{OTHER}" selected' in text and 'value="01/12/2026"' in text
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


async def test_one_obligation_in_order_whatever_the_order_of_arrival(audit: Audit) -> None:
    obligation_id = uuid4()
    await audit.log(
        received(obligation_id, 2),
        received(obligation_id, 1, time=THEN.replace(day=10)),
        opened(obligation_id, time=THEN.replace(day=1)),
    )
    text = check(await audit.get(f"/subjects/{obligation_id}"))
    places = [text.index(part) for part in ("phải nộp", "gửi bản 1", "gửi bản 2")]
    assert places == sorted(places) and "Xã Quảng Trực: Biểu B01-XA năm 2026" in text


async def test_a_reporter_sees_the_own_unit_and_no_choice_of_others(audit: Audit) -> None:
    await audit.log(received(uuid4()), received(uuid4(), unit=OTHER))
    text = check(await audit.get("/log", "reporter", UNIT))
    assert text.count("gửi bản") == 1 and "<optgroup" not in text and "/sources" not in text


async def test_units_stand_in_vietnamese_order(audit: Audit) -> None:
    for path in ("/log", "/inspections", "/inspections/new"):
        text = check(await audit.get(path))
        for group in re.findall("<optgroup.*?</optgroup>", text, re.DOTALL):
            names = [unescape(name) for name in re.findall('value="[^"]+"[^>]*>([^<]+)<', group)]
            assert names == sorted(names, key=alphabetical)
