"""Entries as sentences with their links."""

from urllib.parse import quote
from uuid import uuid4

from services.audit.tests.audit_driver import Audit
from services.audit.tests.page_check import check
from services.audit.tests.sample_events import aggregated, notified, opened, received


async def test_the_log_tells_sentences_and_has_the_exact_bytes_one_click_away(audit: Audit) -> None:
    event = received(uuid4(), 2)
    await audit.log(event)
    text = check(await audit.get("/log"))
    assert "14/12/2026 23:12" in text and "Xã Quảng Trực gửi bản 2 Biểu B01-XA năm 2026" in text
    assert f'href="/events/{event.id}"' in text
    shown = check(await audit.get(f"/events/{event.id}"))
    assert f"/api/v1/events/{event.id}/raw" in shown and "&#34;revision&#34;: 2" in shown
    assert event.to_bytes().decode().replace('"', "&#34;") in shown
    english = await audit.client.get("/log", headers=audit.as_("auditor") | {"Cookie": "lang=en"})
    assert "Quảng Trực Commune sent revision 2 of form B01-XA for 2026" in check(english)


async def test_a_reminder_is_told_with_the_form_the_log_knows(audit: Audit) -> None:
    obligation_id, other = uuid4(), uuid4()
    reminder = notified(obligation_id)
    await audit.log(
        opened(obligation_id), received(obligation_id), reminder, notified(obligation_id, "returned"), notified(other)
    )
    for path in ("/log", f"/events/{reminder.id}", f"/subjects/{obligation_id}"):
        assert "nhắc trước hạn 30 ngày về báo cáo Biểu B01-XA năm 2026 cho" in check(await audit.get(path))
    assert "rằng báo cáo Biểu B01-XA năm 2026 được trả lại" in check(await audit.get(f"/subjects/{obligation_id}"))
    assert "nhắc trước hạn 30 ngày về báo cáo năm 2026 cho" in check(await audit.get(f"/subjects/{other}"))


async def test_subjects_with_bars_and_values(audit: Audit) -> None:
    event = aggregated()
    await audit.log(event)
    assert "104,5; 1/28 đơn vị đã báo cáo" in check(await audit.get("/log"))
    check(await audit.get("/subjects/" + quote("4.1|DAK_NONG|2026", safe="")))
    check(await audit.get(f"/events/{event.id}"))


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
