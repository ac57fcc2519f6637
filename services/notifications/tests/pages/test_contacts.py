"""The page of contacts."""

import html
import re
from typing import Any

import httpx
import pytest

from services.notifications.tests.service import OTHER, UNIT, ApiClients, Parts, TwoEvents

HTML = {"Accept": "text/html"}
AT = f"{UNIT}-reporter-email"


def form_of(text: str, field: str = AT) -> dict[str, str]:
    """What a browser would send of the form that holds this field."""
    [form] = [each for each in re.findall(r"<form.*?</form>", text, re.DOTALL) if f'id="{field}"' in each]
    inputs = re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in inputs}


async def opened(client: httpx.AsyncClient, **changes: str) -> dict[str, str]:
    return form_of((await client.get("/contacts")).text) | changes


async def stored(service: Parts) -> str:
    query = "select address from contact where unit = :unit and role = 'reporter'"
    [row] = await service.rows(query, unit=UNIT)
    return str(row.address)


async def test_contacts_are_changed_on_a_page(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    async with api.as_("coordinator", **HTML) as client:
        form = await opened(client)
        assert form["address"] == "xa-quang-truc@daknong.example"
        wrong = await client.post("/contacts", data={**form, "address": "ubnd quangtruc"})
        assert wrong.status_code == 422 and "ubnd quangtruc" in wrong.text and "error-summary" in wrong.text
        done = await client.post("/contacts", data=form_of(wrong.text) | {"address": "ubnd@quangtruc.example"})
        assert done.status_code == 303
        assert "ubnd@quangtruc.example" in (await client.get(done.headers["location"])).text


@pytest.mark.parametrize("typed", ["a" * 5000, "<b>&\"'", "xa\x00@b.vn", "\u202ea@b.vn", "xa..a@b.vn"])
async def test_what_was_typed_is_kept(api: ApiClients, sent: TwoEvents, typed: str) -> None:
    async with api.as_("coordinator", **HTML) as client:
        wrong = await client.post("/contacts", data=await opened(client, address=typed))
    assert wrong.status_code == 422
    assert form_of(wrong.text)["address"] == typed


async def test_a_page_opened_before_a_change_shows_both_and_saves_when_asked_again(
    api: ApiClients, sent: TwoEvents, service: Parts
) -> None:
    async with api.as_("coordinator", **HTML) as client, api.as_("ops", **HTML) as other:
        mine, theirs = await opened(client, address="mine@b.vn"), await opened(other, address="theirs@b.vn")
        assert (await other.post("/contacts", data=theirs)).status_code == 303
        stale = await client.post("/contacts", data=mine)
        assert stale.status_code == 412 and await stored(service) == "theirs@b.vn"
        assert "theirs@b.vn" in stale.text.split("error-summary")[1] and form_of(stale.text)["address"] == "mine@b.vn"
        assert (await client.post("/contacts", data=form_of(stale.text))).status_code == 303
    assert await stored(service) == "mine@b.vn"


async def test_a_form_sent_twice_is_saved_once_and_answered_alike(
    api: ApiClients, sent: TwoEvents, service: Parts
) -> None:
    """A double click; and Back and Send after somebody else has changed it."""
    async with api.as_("coordinator", **HTML) as client, api.as_("ops", **HTML) as other:
        form = await opened(client, address="mine@b.vn")
        answers: list[Any] = [await client.post("/contacts", data=form) for _ in range(2)]
        await other.post("/contacts", data=await opened(other, address="theirs@b.vn"))
        answers.append(await client.post("/contacts", data=form))
        assert [(each.status_code, each.headers["location"]) for each in answers] == [
            (303, answers[0].headers["location"])
        ] * 3
        assert await stored(service) == "theirs@b.vn"
        reused = await client.post("/contacts", data=form | {"address": "other@b.vn"})
        assert reused.status_code in (412, 422) and await stored(service) == "theirs@b.vn"
        assert form_of(reused.text)["address"] == "other@b.vn"


async def test_a_form_without_a_version_overwrites_nothing(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    async with api.as_("coordinator", **HTML) as client:
        form = {"unit": UNIT, "role": "reporter", "address": "mine@b.vn"}
        assert (await client.post("/contacts", data=form)).status_code == 412
    assert await stored(service) == "xa-quang-truc@daknong.example"


@pytest.mark.parametrize("broken", [{"role": "zz"}, {"unit": "x" * 90}, {"unit": ""}, {"channel": "sms"}])
async def test_a_form_that_is_no_form_of_the_page_is_told_in_words(
    api: ApiClients, sent: TwoEvents, broken: dict[str, str]
) -> None:
    async with api.as_("coordinator", **HTML) as client:
        answer = await client.post("/contacts", data=await opened(client) | broken)
    assert answer.status_code == 422 and "Mở lại trang địa chỉ" in answer.text
    assert "<code>" not in answer.text.split("<main")[1].split("</main>")[0]


async def test_a_key_that_is_none_is_no_obstacle(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    async with api.as_("coordinator", **HTML) as client:
        form = await opened(client, attempt="khóa " * 100, address="mine@b.vn")
        assert (await client.post("/contacts", data=form)).status_code == 303
    assert await stored(service) == "mine@b.vn"


async def test_a_change_that_comes_back_through_the_sign_in_is_shown_first(
    api: ApiClients, sent: TwoEvents, service: Parts
) -> None:
    async with api.as_("coordinator", **HTML) as client:
        typed = await opened(client, address="moi@b.vn")
        shown = await client.post("/contacts", data=typed | {"kept-resumed": "1"})
        assert shown.status_code == 200 and "xem lại rồi gửi" in shown.text and "error-summary" not in shown.text
        assert form_of(shown.text)["address"] == "moi@b.vn" and await stored(service) != "moi@b.vn"
        assert (await client.post("/contacts", data=form_of(shown.text))).status_code == 303
        assert await stored(service) == "moi@b.vn"


@pytest.mark.parametrize("role", ["reporter", "head"])
async def test_a_unit_reads_its_own_and_whom_to_ask(
    api: ApiClients, sent: TwoEvents, service: Parts, role: str
) -> None:
    async with api.as_(role, UNIT, **HTML) as client:
        assert 'href="/contacts"' in (await client.get("/deadlines")).text
        shown = await client.get("/contacts", params={"saved": OTHER})
        refused = await client.post("/contacts", data={"unit": UNIT, "role": "head", "address": "mine@b.vn"})
    main = shown.text.split("<main")[1].split("</main>")[0]
    assert shown.status_code == 200 and refused.status_code == 403
    assert main.count("xa-quang-truc@daknong.example") == 2 and main.count("@") == 2
    assert f"báo địa chỉ đúng cho {service.catalogue.unit('SO_NOI_VU').name_vi}" in main
    assert "<form" not in main and "Đã lưu" not in main
    assert await stored(service) == "xa-quang-truc@daknong.example"


async def test_a_unit_sees_which_of_its_addresses_is_missing_and_which_is_refused(
    api: ApiClients, sent: TwoEvents, service: Parts
) -> None:
    await service.change(
        f"delete from contact where unit = '{UNIT}' and role = 'head'",
        f"update contact set refused_at = '2026-11-24T08:00Z' where unit = '{UNIT}'",
    )
    async with api.as_("reporter", UNIT, **HTML) as client:
        shown = (await client.get("/contacts")).text
    assert "Bị từ chối từ 24/11/2026" in shown and "Chưa có địa chỉ" in shown


@pytest.mark.parametrize(("role", "body"), [("leader", "UBND_TINH"), ("auditor", "SO_Y_TE")])
async def test_who_needs_no_address_has_no_page(api: ApiClients, role: str, body: str) -> None:
    async with api.as_(role, body, **HTML) as client:
        assert (await client.get("/contacts")).status_code == 403
        assert 'href="/contacts"' not in (await client.get("/deadlines")).text
