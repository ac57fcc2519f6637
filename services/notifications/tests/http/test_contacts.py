"""HTTP: contacts are listed and changed."""

import pytest

from notifications.http.contacts import precondition_of
from notifications.rules.contact import Precondition
from services.notifications.tests.channels.email.test_address import NO_ADDRESS
from services.notifications.tests.service import UNIT, ApiClients


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
