"""HTTP: contacts are listed and changed."""

import pytest
from structlog.testing import capture_logs

from notifications.http.contacts import precondition_of
from notifications.rules.contact import Precondition
from services.notifications.tests.channels.email.test_address import NO_ADDRESS
from services.notifications.tests.service import OTHER, UNIT, ApiClients, Parts
from shared.events import ContactChanged


@pytest.mark.parametrize("email", [*NO_ADDRESS, "no address", "a@b.vn\r\nBcc: c@d.vn"])
async def test_a_wrong_address_is_refused_with_its_place(api: ApiClients, email: str) -> None:
    async with api.as_("coordinator") as client:
        answer = await client.put(f"/api/v1/contacts/{UNIT}", json={"role": "reporter", "email": email})
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert fault["pointer"] == "/email" and "địa chỉ" in fault["message"]


async def test_an_unknown_unit_has_no_contact(api: ApiClients) -> None:
    async with api.as_("coordinator") as client:
        answer = await client.put("/api/v1/contacts/NOBODY", json={"role": "head", "email": "a@b.example"})
    assert answer.status_code == 404


async def test_an_unknown_channel_is_refused_with_those_that_exist(api: ApiClients) -> None:
    async with api.as_("coordinator") as client:
        body = {"role": "head", "channel": "sms", "address": "0900000000"}
        answer = await client.put(f"/api/v1/contacts/{UNIT}", json=body)
    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/channel") and "email" in fault["message"]


async def test_an_address_is_read_by_its_old_name_and_its_new_one(api: ApiClients) -> None:
    async with api.as_("coordinator") as client:
        body = {"role": "head", "channel": "email", "address": "a@quangtruc.example"}
        item = (await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": "*"})).json()
        listed = (await client.get("/api/v1/contacts", params={"unit": UNIT})).json()["items"]
    assert item["email"] == item["address"] == "a@quangtruc.example" and item["channel"] == "email"
    assert item in listed and len(listed) == 2


async def test_whoever_leads_mail_elsewhere_is_known(api: ApiClients, service: Parts) -> None:
    """Without it a mail that was led astray leaves no trace of who did it, and no way back."""
    new = {"role": "head", "email": "stranger@evil.example"}
    async with api.as_("ops") as client:
        before = (await client.get(f"/api/v1/contacts/{UNIT}", params={"role": "head"})).json()["address"]
        with capture_logs() as lines:
            for _ in range(2):  # the second changes nothing
                await client.put(f"/api/v1/contacts/{UNIT}", json=new, headers={"If-Match": "*"})
    changes = await service.rows("select old_address, changed_by from contact_change where unit = :unit", unit=UNIT)
    assert changes == [(before, "local:ops:SO_NOI_VU")]
    [event] = await service.published()
    assert isinstance(event.data, ContactChanged) and event.data.acting_role == "ops"
    assert (event.data.unit, event.data.recipient_role, event.subject) == (UNIT, "head", UNIT)
    told = [line for line in lines if line["event"] == "security.contact-changed"]
    assert [(line["of"], line["recipient"], line["who"]) for line in told] == [
        (UNIT, "head", event.data.acting_subject)
    ]
    for secret in ("stranger", before, "local:ops"):
        assert secret not in event.to_bytes().decode() and secret not in str(told)


@pytest.mark.parametrize("role", ["reporter", "head"])
async def test_a_unit_reads_its_own_addresses_only(api: ApiClients, role: str) -> None:
    async with api.as_(role, UNIT) as client:
        listed = (await client.get("/api/v1/contacts")).json()["items"]
        assert {item["unit"] for item in listed} == {UNIT} and all("@" in item["address"] for item in listed)
        assert (await client.get(f"/api/v1/contacts/{UNIT}", params={"role": "head"})).status_code == 200
        for path in (f"/api/v1/contacts/{OTHER}", "/api/v1/contacts/NOBODY"):
            assert (await client.get(path, params={"role": "head"})).status_code == 403
        assert (await client.get("/api/v1/contacts", params={"unit": OTHER})).status_code == 403
        body = {"role": "head", "email": "a@b.example"}
        assert (await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": "*"})).status_code == 403


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "seen"),
    [
        (None, None, None),
        (None, "*", Precondition(absent=True)),
        ("*", None, Precondition(any=True)),
        ('"a"', None, Precondition(frozenset({'"a"'}))),
        ('"a,b" ,W/"c", d, "e"', None, Precondition(frozenset({'"a,b"', '"e"'}))),
    ],
)
def test_what_the_writer_has_seen(if_match: str | None, if_none_match: str | None, seen: Precondition | None) -> None:
    assert precondition_of(if_match, if_none_match) == seen


async def test_contacts_go_on_page_by_page(api: ApiClients) -> None:
    async with api.as_("ops") as client:
        first = (await client.get("/api/v1/contacts", params={"limit": 3})).json()
        second = (await client.get("/api/v1/contacts", params={"limit": 3, "cursor": first["next"]})).json()
    keys = [(item["unit"], item["role"], item["channel"]) for item in first["items"] + second["items"]]
    assert len(keys) == len(set(keys)) == 6
