"""HTTP: what each role sees, and lists in pages."""

from services.notifications.tests.service import OTHER, UNIT, ApiClients, Parts, TwoEvents


async def test_deadlines_are_listed_with_days_left_and_the_next_step(api: ApiClients, sent: TwoEvents) -> None:
    async with api.as_("coordinator") as client:
        answer = (await client.get("/api/v1/deadlines", params={"unit": UNIT})).json()
    assert answer["next"] is None
    [item] = answer["items"]
    assert item["obligation_id"] == str(sent[0].id)
    assert (item["unit"], item["form"], item["period"], item["state"]) == (UNIT, "B01-XA", "2026", "open")
    assert (item["days_left"], item["working_days_left"]) == (20, 14)
    assert (item["next_stage"], item["due_at"]) == ("T-14", "2026-12-14T17:00:00Z")


async def test_deliveries_have_what_the_design_names(api: ApiClients, sent: TwoEvents) -> None:
    async with api.as_("coordinator") as client:
        items = (await client.get("/api/v1/deliveries", params={"unit": OTHER, "period": "2026"})).json()["items"]
    [item] = items
    assert {"id", "unit", "period", "stage", "channel", "recipient", "state", "sent_at", "message_id"} <= set(item)
    assert (item["stage"], item["channel"], item["state"]) == ("T-30", "email", "sent")
    assert item["recipient"] == "so-y-te@daknong.example"


async def test_a_reporter_sees_their_own_unit_and_no_address(api: ApiClients, sent: TwoEvents) -> None:
    async with api.as_("reporter", OTHER) as client:
        for path in ("reminders", "deliveries"):
            answer = await client.get(f"/api/v1/{path}")
            assert {item["unit"] for item in answer.json()["items"]} == {OTHER}
            assert "@daknong" not in answer.text.replace("@daknong.example>", "")
            assert (await client.get(f"/api/v1/{path}", params={"unit": UNIT})).status_code == 403
        [item] = (await client.get("/api/v1/deliveries")).json()["items"]
        assert item["recipient"] == "reporter"


async def test_another_units_reminder_is_not_found(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    [row] = await service.rows("select id from reminder where obligation_id = :id and state = 'sent'", id=sent[0].id)
    async with api.as_("head", OTHER) as client:
        assert (await client.get(f"/api/v1/reminders/{row.id}")).status_code == 404
        assert (await client.get(f"/reminders/{row.id}", headers={"Accept": "text/html"})).status_code == 404
    async with api.as_("head", UNIT) as client:
        item = (await client.get(f"/api/v1/reminders/{row.id}")).json()
    assert (item["state"], item["recipient_role"], item["recipient"]) == ("sent", "reporter", None)


async def test_lists_go_on_page_by_page(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    seen: list[str] = []
    cursor: str | None = None
    async with api.as_("ops") as client:
        while True:
            params = {"limit": "4"} | ({"cursor": cursor} if cursor else {})
            answer = (await client.get("/api/v1/reminders", params=params)).json()
            seen += [item["id"] for item in answer["items"]]
            cursor = answer["next"]
            if cursor is None:
                break
    assert len(seen) == len(set(seen)) == len(await service.rows("select id from reminder"))


async def test_reminders_filter_by_state(api: ApiClients, sent: TwoEvents) -> None:
    async with api.as_("ops") as client:
        answer = await client.get("/api/v1/reminders", params={"state": "sent", "period": "2026"})
        assert [item["stage"] for item in answer.json()["items"]] == ["T-30", "T-30"]
        assert (await client.get("/api/v1/reminders", params={"state": "nonsense"})).status_code == 422


async def test_without_a_token_nothing_is_shown(api: ApiClients) -> None:
    async with api.as_("ops") as client:
        for path in ("deadlines", "reminders", "deliveries", "contacts"):
            answer = await client.get(f"/api/v1/{path}", headers={"Authorization": ""})
            assert answer.status_code == 401
            assert answer.headers["content-type"].startswith("application/problem+json")
