"""A contact that is changed, by one and by two at once."""

import asyncio

import httpx
import sqlalchemy as sa

from services.notifications.tests.service import UNIT, ApiClients, MakeEvents, Parts, until_waiting
from tiendo_local.servers.mail.smtp_sink import SmtpSink


async def test_a_corrected_address_gets_what_the_wrong_one_did_not(
    api: ApiClients, service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await service.consume(obligation_events().opened())
    await service.ticker.tick()
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await service.sender(smtp_sink.port).send_some()
    async with api.as_("coordinator") as client:
        body = {"role": "reporter", "email": "ubnd@quangtruc.example"}
        answer = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers=await tag(client))
        assert answer.status_code == 200 and answer.json()["email"] == body["email"]
        assert not answer.json()["from_catalogue"]
        stale = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": '"other"'})
        assert stale.status_code == 412
        again = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": answer.headers["etag"]})
        assert again.status_code == 200
    await service.sender(smtp_sink.port).send_some()
    assert smtp_sink.messages[0].recipients == ("ubnd@quangtruc.example",)


async def test_of_two_writers_with_one_etag_the_second_is_told(api: ApiClients, service: Parts) -> None:
    """Both come while somebody else holds the row, so neither can have seen what the other wrote."""
    url, role = f"/api/v1/contacts/{UNIT}", "reporter"
    async with api.as_("coordinator") as client:
        body = {"role": role, "email": "a@quangtruc.example"}
        first = await client.put(url, json=body, headers=await tag(client))
        headers = {"If-Match": first.headers["etag"]}
        async with service.engine.begin() as tx:
            await tx.execute(sa.text("select 1 from contact where unit = :unit for update"), {"unit": UNIT})
            bodies = [{"role": role, "email": f"{name}@quangtruc.example"} for name in ("b", "c")]
            writers = [asyncio.create_task(client.put(url, json=body, headers=headers)) for body in bodies]
            await until_waiting(service, 2)
        answers = await asyncio.gather(*writers)
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [winner] = [answer.json()["email"] for answer in answers if answer.status_code == 200]
    [row] = await service.rows("select address from contact where unit = :unit and role = :role", unit=UNIT, role=role)
    assert row.address == winner


async def tag(client: httpx.AsyncClient, role: str = "reporter") -> dict[str, str]:
    found = await client.get(f"/api/v1/contacts/{UNIT}", params={"role": role})
    return {"If-Match": found.headers["etag"]}


async def test_whoever_does_not_say_what_they_change_is_told_how(api: ApiClients) -> None:
    body = {"role": "head", "email": "a@quangtruc.example"}
    async with api.as_("coordinator") as client:
        for headers in ({}, {"If-None-Match": '"tag"'}):
            answer = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers=headers)
            [fault] = answer.json()["errors"]
            assert (answer.status_code, fault["pointer"]) == (428, "/header/If-Match")
            assert "If-Match" in fault["message"] and "If-None-Match: *" in fault["message"]
        wrong = await client.put(f"/api/v1/contacts/{UNIT}", json=body | {"email": "a..b@c.vn"})
        assert wrong.status_code == 422  # a bad address is told before the missing tag
        found = await client.get(f"/api/v1/contacts/{UNIT}", params={"role": "head"})
        assert found.json()["email"] == "lanh-dao.xa-quang-truc@daknong.example"


async def test_a_first_address_names_no_version(api: ApiClients, service: Parts) -> None:
    await service.change("delete from contact")
    url, body, first = f"/api/v1/contacts/{UNIT}", {"role": "head", "email": "a@b.vn"}, {"If-None-Match": "*"}
    async with api.as_("coordinator") as client:
        assert (await client.get(url, params={"role": "head"})).status_code == 404
        assert (await client.put(url, json=body, headers={"If-Match": "*"})).status_code == 412
        made = await client.put(url, json=body, headers=first)
        assert made.status_code == 201
        again = await client.put(url, json=body, headers=first)
        assert again.status_code == 412 and "GET" in again.json()["errors"][0]["message"]
        listed = (await client.get("/api/v1/contacts", params={"unit": UNIT})).json()["items"]
        found = await client.get(url, params={"role": "head"})
        assert made.headers["etag"] == found.headers["etag"] == found.json()["etag"] == listed[0]["etag"]
        several = {"If-Match": f'"other", {found.headers["etag"]}'}
        assert (await client.put(url, json=body, headers=several)).status_code == 200


async def test_of_two_first_addresses_at_once_one_stands_and_the_other_is_told(api: ApiClients, service: Parts) -> None:
    """There is no row yet that either could lock; both are held where they would write."""
    await service.change("delete from contact")
    url, headers = f"/api/v1/contacts/{UNIT}", {"If-None-Match": "*"}
    async with api.as_("coordinator") as client:
        async with service.engine.begin() as tx:
            await tx.execute(sa.text("lock table contact in share mode"))
            bodies = [{"role": "head", "address": f"{name}@quangtruc.example"} for name in ("b", "c")]
            writers = [asyncio.create_task(client.put(url, json=body, headers=headers)) for body in bodies]
            await until_waiting(service, 2)
        answers = await asyncio.gather(*writers)
        stored = (await client.get(url, params={"role": "head"})).json()
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    [winner] = [answer.json()["address"] for answer in answers if answer.status_code == 201]
    assert stored["address"] == winner
