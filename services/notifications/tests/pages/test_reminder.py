"""The page of one reminder."""

from services.notifications.tests.service import ApiClients, Parts, TwoEvents

HTML = {"Accept": "text/html"}


async def test_a_reminder_shows_its_attempts(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    [row] = await service.rows("select id from reminder where obligation_id = :id and state = 'sent'", id=sent[0].id)
    async with api.as_("coordinator", **HTML) as client:
        text = (await client.get(f"/reminders/{row.id}")).text
    assert "Máy chủ thư đã nhận" in text and str(row.id) in text
    assert f"http://127.0.0.1:8001/obligations/{sent[0].id}" in text


async def test_one_that_does_not_go_out_says_why(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    await service.consume(sent[0].received())
    query = "select id from reminder where obligation_id = :id and state = 'superseded' and reason = 'submitted'"
    row = (await service.rows(query, id=sent[0].id))[0]
    async with api.as_("coordinator", **HTML) as client:
        listed = await client.get("/deadlines", params={"month": "2026-12", "state": "stopped"})
        one = await client.get(f"/reminders/{row.id}")
        english = await client.get(f"/reminders/{row.id}", headers={"Cookie": "lang=en"})
    why = 'Không gửi nữa</span> <span class="hint">Đơn vị đã nộp trước khi đến lượt gửi.</span>'
    assert why in listed.text and why in one.text
    assert "The unit handed in before its turn came." in english.text
