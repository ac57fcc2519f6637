"""One mailbox with two roles of a unit gets one message a step; what becomes of it is told for both."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from notifications.store import claim as claims
from services.notifications.tests.service import UNIT, ApiClients, MakeEvents, ObligationEvents, Parts, outcomes
from shared.events import NotificationFailed, NotificationSent
from tiendo_local.servers.mail.smtp_sink import SmtpSink

DAYS_TO_T3 = 17
SHARED = "ubnd@quangtruc.vn"


@pytest.fixture
async def both_due(service: Parts, obligation_events: MakeEvents) -> ObligationEvents:
    """T-3 is due, for the reporter and the head, who share a mailbox; each wrote it in their own capitals."""
    await service.change(
        f"update contact set address = '{SHARED}' where unit = '{UNIT}'",
        f"update contact set address = 'UBND@quangtruc.vn' where unit = '{UNIT}' and role = 'head'",
    )
    obligation = obligation_events()
    await service.consume(obligation.opened())
    service.clock.forward(days=DAYS_TO_T3)
    await service.ticker.tick()
    return obligation


async def address_of(service: Parts, role: str, address: str, api: ApiClients) -> None:
    async with api.as_("coordinator") as client:
        body = {"role": role, "address": address}
        answer = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200


async def step_states(service: Parts, obligation_id: UUID) -> dict[str, str]:
    return {role: (await service.states(obligation_id, role))["T-3"] for role in ("reporter", "head")}


async def test_one_mail_serves_both(
    service: Parts, both_due: ObligationEvents, smtp_sink: SmtpSink, api: ApiClients
) -> None:
    await service.sender(smtp_sink.port).send_some()
    [mail] = smtp_sink.messages
    assert mail.recipients == (SHARED,)
    assert "một thư cho cả hai" in next(iter(mail.message.iter_parts())).get_content()
    assert await step_states(service, both_due.id) == {"reporter": "sent", "head": "sent"}
    ids = {row.message_id for row in await service.rows("select message_id from reminder where state = 'sent'")}
    assert ids == {mail.message["Message-ID"]}
    told = [event.data for event in await service.published() if isinstance(event.data, NotificationSent)]
    assert {each.recipient_role for each in told} == {"reporter", "head"} and len(told) == 2
    assert {each.recipient_roles for each in told} == {("reporter", "head")}
    async with api.as_("coordinator") as client, api.as_("ops", Accept="text/html") as browser:
        [item] = (await client.get("/api/v1/deliveries")).json()["items"]
        assert (item["recipient_role"], item["recipient_roles"]) == ("reporter", ["reporter", "head"])
        sent = (await client.get("/api/v1/reminders", params={"state": "sent"})).json()["items"]
        for each in sent:
            page = (await browser.get(f"/reminders/{each['id']}")).text
            assert "Máy chủ thư đã nhận" in page and "Cán bộ báo cáo, Thủ trưởng đơn vị" in page


@pytest.mark.parametrize("claim_size", [1, 10])
async def test_senders_at_once_send_one(
    service: Parts, both_due: ObligationEvents, obligation_events: MakeEvents, smtp_sink: SmtpSink, claim_size: int
) -> None:
    """Each may hold one of the two claims."""
    await service.consume(*(obligation_events(id=uuid4()).opened() for _ in range(10)))
    service.clock.forward(seconds=1)
    await service.ticker.tick()
    senders = [service.sender(smtp_sink.port, claim_size=claim_size) for _ in range(3)]

    async def drain(sender: Any) -> None:
        while await sender.send_some():
            pass

    await asyncio.gather(*(drain(sender) for sender in senders))
    assert len(smtp_sink.messages) == len({mail.message["Message-ID"] for mail in smtp_sink.messages}) == 11
    assert len(await service.rows("select id from delivery where cardinality(also_for) = 1")) == 11
    assert len(await service.rows("select id from reminder where state = 'sent'")) == 22


async def test_a_claim_that_another_sender_took_along_is_let_go(
    service: Parts, both_due: ObligationEvents, smtp_sink: SmtpSink
) -> None:
    """Both are claimed, each by its own sender; the second begins when the first is done."""
    first, second = service.sender(smtp_sink.port, claim_size=1), service.sender(smtp_sink.port, claim_size=1)
    deal = first._deal_with

    async def meanwhile(claim: Any, connections: Any) -> None:
        async with service.engine.begin() as tx:
            [held] = await claims.claim(tx, service.clock.now(), service.settings.lease, 1)
        await deal(claim, connections)
        async with service.engine.begin() as tx:
            late = await claims.begin_attempt(tx, held, service.clock.now(), service.settings.lease, str.casefold)
        assert late is None

    first._deal_with = meanwhile  # type: ignore[method-assign]
    await first.send_some()
    assert await second.send_some() == 0
    assert len(smtp_sink.messages) == 1
    assert await step_states(service, both_due.id) == {"reporter": "sent", "head": "sent"}


async def test_a_refusal_fails_both_and_each_corrected_address_gets_its_own(
    service: Parts, both_due: ObligationEvents, smtp_sink: SmtpSink, api: ApiClients
) -> None:
    sender = service.sender(smtp_sink.port)
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await sender.send_some()
    assert await outcomes(service) == [("failed", 550)]
    assert await step_states(service, both_due.id) == {"reporter": "failed", "head": "failed"}
    failed = [e.data.recipient_role for e in await service.published() if isinstance(e.data, NotificationFailed)]
    assert sorted(failed) == ["head", "reporter"]
    await address_of(service, "head", "chutich@quangtruc.vn", api)
    await sender.send_some()
    assert await step_states(service, both_due.id) == {"reporter": "failed", "head": "sent"}
    await address_of(service, "reporter", "vanphong@quangtruc.vn", api)
    await sender.send_some()
    assert [mail.recipients for mail in smtp_sink.messages] == [("chutich@quangtruc.vn",), ("vanphong@quangtruc.vn",)]
    assert await step_states(service, both_due.id) == {"reporter": "sent", "head": "sent"}


async def test_an_address_that_changes_while_it_waits_loses_nothing(
    service: Parts, both_due: ObligationEvents, smtp_sink: SmtpSink, api: ApiClients
) -> None:
    sender = service.sender(smtp_sink.port)
    smtp_sink.fail("rcpt", "451 4.3.0 Try again later")
    await sender.send_some()
    await address_of(service, "head", "chutich@quangtruc.vn", api)
    service.clock.forward(seconds=31)
    await sender.send_some()
    assert sorted(mail.recipients for mail in smtp_sink.messages) == [("chutich@quangtruc.vn",), (SHARED,)]


async def test_an_address_that_comes_to_be_shared_gets_no_step_again(
    service: Parts, both_due: ObligationEvents, smtp_sink: SmtpSink, api: ApiClients
) -> None:
    """The head has the step; the reporter, whose mailbox refused it, is given the head's."""
    sender = service.sender(smtp_sink.port)
    await service.change(f"update contact set address = 'wrong@b.vn' where unit = '{UNIT}' and role = 'reporter'")
    for stage, role in (("sent", "head"), ("failed", "reporter")):
        await service.change(
            "update reminder set next_attempt_at = now() + interval '100 years' where state = 'due'",
            f"update reminder set next_attempt_at = null where state = 'due' and role = '{role}'",
        )
        if stage == "failed":
            smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
        await sender.send_some()
    assert await step_states(service, both_due.id) == {"reporter": "failed", "head": "sent"}
    await address_of(service, "reporter", SHARED, api)
    await sender.send_some()
    assert len(smtp_sink.messages) == 1
    assert await step_states(service, both_due.id) == {"reporter": "sent", "head": "sent"}
    [delivery] = await service.rows("select also_for, message_id from delivery where state = 'sent'")
    told = [event.data for event in await service.published() if isinstance(event.data, NotificationSent)]
    assert [(each.recipient_role, each.attempt) for each in told] == [("head", 1), ("reporter", 1)]
    assert told[1].recipient_roles == ("head", "reporter")  # first the one after which it was sent
    assert {each.message_id for each in told} == {delivery.message_id} and len(delivery.also_for) == 1


async def test_an_answer_stops_both(service: Parts, both_due: ObligationEvents, smtp_sink: SmtpSink) -> None:
    await service.consume(both_due.received())
    assert await service.sender(smtp_sink.port).send_some() == 0
    assert await step_states(service, both_due.id) == {"reporter": "superseded", "head": "superseded"}
    assert smtp_sink.messages == []
