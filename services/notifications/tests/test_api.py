"""HTTP: what each role sees, lists in pages, contacts."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

UNIT, OTHER = "24736@2025-07-01", "SO_Y_TE"


@pytest.fixture
async def sent(office: Any, told: Callable[..., Any], smtp_sink: Any) -> tuple[Any, Any]:
    """Two units, one T-30 mail each."""
    duties = told(), told(id=uuid4(), unit=OTHER, form="B10-YTE")
    await office.hear(*(duty.opened() for duty in duties))
    await office.ticker.tick()
    await office.sender(smtp_sink.port).send_some()
    return duties


async def test_deadlines_are_listed_with_days_left_and_the_next_step(asker: Any, sent: Any) -> None:
    async with asker.as_("coordinator") as client:
        answer = (await client.get("/api/v1/deadlines", params={"unit": UNIT})).json()
    assert answer["next"] is None
    [item] = answer["items"]
    assert item["obligation_id"] == str(sent[0].id)
    assert (item["unit"], item["form"], item["period"], item["state"]) == (UNIT, "B01-XA", "2026", "open")
    assert (item["days_left"], item["working_days_left"]) == (20, 14)
    assert (item["next_stage"], item["due_at"]) == ("T-14", "2026-12-14T17:00:00Z")


async def test_deliveries_have_what_the_design_names(asker: Any, sent: Any) -> None:
    async with asker.as_("coordinator") as client:
        items = (await client.get("/api/v1/deliveries", params={"unit": OTHER, "period": "2026"})).json()["items"]
    [item] = items
    assert {"id", "unit", "period", "stage", "channel", "recipient", "state", "sent_at", "message_id"} <= set(item)
    assert (item["stage"], item["channel"], item["state"]) == ("T-30", "email", "sent")
    assert item["recipient"] == "so-y-te@daknong.example"


async def test_a_reporter_sees_their_own_unit_and_no_address(asker: Any, sent: Any) -> None:
    async with asker.as_("reporter", OTHER) as client:
        for path in ("reminders", "deliveries"):
            answer = await client.get(f"/api/v1/{path}")
            assert {item["unit"] for item in answer.json()["items"]} == {OTHER}
            assert "@daknong" not in answer.text.replace("@daknong.example>", "")
            assert (await client.get(f"/api/v1/{path}", params={"unit": UNIT})).status_code == 403
        assert (await client.get("/api/v1/contacts")).status_code == 403
        [item] = (await client.get("/api/v1/deliveries")).json()["items"]
        assert item["recipient"] == "reporter"


async def test_another_units_reminder_is_not_found(asker: Any, sent: Any, office: Any) -> None:
    [row] = await office.rows("select id from reminder where obligation_id = :id and state = 'sent'", id=sent[0].id)
    async with asker.as_("head", OTHER) as client:
        assert (await client.get(f"/api/v1/reminders/{row.id}")).status_code == 404
        assert (await client.get(f"/reminders/{row.id}", headers={"Accept": "text/html"})).status_code == 404
    async with asker.as_("head", UNIT) as client:
        item = (await client.get(f"/api/v1/reminders/{row.id}")).json()
    assert (item["state"], item["recipient_role"], item["recipient"]) == ("sent", "reporter", None)


async def test_lists_go_on_page_by_page(asker: Any, sent: Any, office: Any) -> None:
    seen: list[str] = []
    cursor: str | None = None
    async with asker.as_("ops") as client:
        while True:
            params = {"limit": "4"} | ({"cursor": cursor} if cursor else {})
            answer = (await client.get("/api/v1/reminders", params=params)).json()
            seen += [item["id"] for item in answer["items"]]
            cursor = answer["next"]
            if cursor is None:
                break
    assert len(seen) == len(set(seen)) == len(await office.rows("select id from reminder"))


async def test_reminders_filter_by_state(asker: Any, sent: Any) -> None:
    async with asker.as_("ops") as client:
        answer = await client.get("/api/v1/reminders", params={"state": "sent", "period": "2026"})
        assert [item["stage"] for item in answer.json()["items"]] == ["T-30", "T-30"]
        assert (await client.get("/api/v1/reminders", params={"state": "nonsense"})).status_code == 422


async def test_without_a_token_nothing_is_shown(asker: Any) -> None:
    async with asker.as_("ops") as client:
        for path in ("deadlines", "reminders", "deliveries", "contacts"):
            answer = await client.get(f"/api/v1/{path}", headers={"Authorization": ""})
            assert answer.status_code == 401
            assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_corrected_address_gets_what_the_wrong_one_did_not(
    asker: Any, office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    await office.hear(told().opened())
    await office.ticker.tick()
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await office.sender(smtp_sink.port).send_some()
    async with asker.as_("coordinator") as client:
        body = {"role": "reporter", "email": "ubnd@quangtruc.example"}
        answer = await client.put(f"/api/v1/contacts/{UNIT}", json=body)
        assert answer.status_code == 200 and answer.json()["email"] == body["email"]
        assert not answer.json()["from_catalogue"]
        stale = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": '"other"'})
        assert stale.status_code == 412
        again = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": answer.headers["etag"]})
        assert again.status_code == 200
    await office.sender(smtp_sink.port).send_some()
    assert smtp_sink.messages[0].recipients == ("ubnd@quangtruc.example",)


async def test_of_two_writers_with_one_etag_the_second_is_told(asker: Any, office: Any) -> None:
    """Both come while somebody else holds the row, so neither can have seen what the other wrote."""
    url, role = f"/api/v1/contacts/{UNIT}", "reporter"
    async with asker.as_("coordinator") as client:
        first = await client.put(url, json={"role": role, "email": "a@quangtruc.example"})
        headers = {"If-Match": first.headers["etag"]}
        async with office.engine.begin() as tx:
            await tx.execute(sa.text("select 1 from contact where unit = :unit for update"), {"unit": UNIT})
            bodies = [{"role": role, "email": f"{name}@quangtruc.example"} for name in ("b", "c")]
            writers = [asyncio.create_task(client.put(url, json=body, headers=headers)) for body in bodies]
            async with asyncio.timeout(10):
                while await waiting(office) < 2:
                    await asyncio.sleep(0.02)
        answers = await asyncio.gather(*writers)
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [winner] = [answer.json()["email"] for answer in answers if answer.status_code == 200]
    [row] = await office.rows("select email from contact where unit = :unit and role = :role", unit=UNIT, role=role)
    assert row.email == winner


async def waiting(office: Any) -> int:
    query = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return len(await office.rows(query))


@pytest.mark.parametrize("email", ["", "no address", "a@b.vn, c@d.vn", "a@b.vn\r\nBcc: c@d.vn"])
async def test_a_wrong_address_is_refused_with_its_place(asker: Any, email: str) -> None:
    async with asker.as_("coordinator") as client:
        answer = await client.put(f"/api/v1/contacts/{UNIT}", json={"role": "reporter", "email": email})
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert fault["pointer"] == "/email" and "địa chỉ" in fault["message"]


async def test_an_unknown_unit_has_no_contact(asker: Any) -> None:
    async with asker.as_("coordinator") as client:
        answer = await client.put("/api/v1/contacts/NOBODY", json={"role": "head", "email": "a@b.example"})
    assert answer.status_code == 404
