"""Addresses that are refused for good stand on the page "Thời hạn" until they change or a mail arrives."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from notifications.pages.refused import refused_addresses
from notifications.rules.contact import Contact
from services.notifications.tests.service import OTHER, UNIT, ApiClients, MakeEvents, Parts, due
from tiendo_local.servers.mail.smtp_sink import SmtpSink

HTML = {"Accept": "text/html"}
ADDRESS = "xa-quang-truc@daknong.example"


@pytest.fixture
async def refused(service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink) -> None:
    await due(service, obligation_events())
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await service.sender(smtp_sink.port).send_some()


async def lines(client: httpx.AsyncClient) -> str:
    """The section, or nothing where the page has none."""
    text = (await client.get("/deadlines")).text
    found = re.search(r'<section class="stack" aria-labelledby="refused">.*?</section>', text, re.DOTALL)
    return found[0] if found else ""


async def test_whoever_keeps_contacts_sees_who_which_since_when_and_what_to_do(
    api: ApiClients, service: Parts, refused: None
) -> None:
    async with api.as_("coordinator", **HTML) as client:
        shown = await lines(client)
        target = re.search(r'href="/contacts#([^"]+)"', shown)
        contacts = (await client.get("/contacts")).text
        assert target and f'id="{target[1]}"' in contacts
        assert contacts.count("Nơi nhận từ chối địa chỉ này từ 24/11/2026") == 1
    for said in (service.catalogue.unit(UNIT).name_vi, "Cán bộ báo cáo", ADDRESS, "24/11/2026", "Sửa địa chỉ"):
        assert said in shown
    async with api.as_("ops") as client:
        items = (await client.get("/api/v1/contacts", params={"unit": UNIT})).json()["items"]
    assert {each["role"]: bool(each["refused_since"]) for each in items} == {"reporter": True, "head": False}


BODIES = {"leader": "UBND_TINH", "auditor": "SO_Y_TE"}


@pytest.mark.parametrize("role", ["reporter", "head", "leader", "auditor"])
async def test_others_see_no_address_and_whom_to_tell(
    api: ApiClients, service: Parts, refused: None, role: str
) -> None:
    async with api.as_(role, BODIES.get(role, UNIT), **HTML) as client:
        shown = await lines(client)
    assert "Bị từ chối từ" in shown and "@" not in shown and "/contacts" not in shown
    assert f"Báo địa chỉ đúng cho {service.catalogue.unit('SO_NOI_VU').name_vi}" in shown
    async with api.as_("reporter", OTHER, **HTML) as client:
        assert await lines(client) == ""


async def test_it_goes_away_when_the_address_changes(api: ApiClients, service: Parts, refused: None) -> None:
    async with api.as_("coordinator", **HTML) as client:
        for address, there in ((ADDRESS, True), ("ubnd@quangtruc.vn", False)):
            body = {"role": "reporter", "address": address}
            await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": "*"})
            assert bool(await lines(client)) is there


async def test_it_goes_away_when_a_mail_arrives_and_keeps_the_first_day_until_then(
    api: ApiClients, service: Parts, obligation_events: MakeEvents, refused: None, smtp_sink: SmtpSink
) -> None:
    sender = service.sender(smtp_sink.port)
    async with api.as_("coordinator", **HTML) as client:
        for reply, there in (("550 5.1.1 No", True), ("451 4.3.0 Later", True), (None, False)):
            service.clock.forward(days=1)
            await due(service, obligation_events(id=uuid4()))
            if reply:
                smtp_sink.fail("rcpt", reply, times=9)
            await sender.send_some()
            smtp_sink.clear()
            shown = await lines(client)
            assert bool(shown) is there and (not there or "24/11/2026" in shown)


async def test_who_shares_a_mailbox_shares_a_line(service: Parts) -> None:
    now = service.clock.now()
    head = Contact(UNIT, "head", "email", "UBND@b.vn", "p", now, now)
    reporter = replace(head, role="reporter", address="ubnd@b.vn", refused_at=now + timedelta(days=1))
    contacts = [
        head,
        reporter,
        replace(head, unit=OTHER),
        replace(head, channel="gone"),
        replace(head, refused_at=None),
    ]
    found = refused_addresses(contacts, service.channels)
    assert [(one.unit, one.roles, one.since) for one in found] == [
        (UNIT, ("reporter", "head"), now),
        (OTHER, ("head",), now),
    ]
