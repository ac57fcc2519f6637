"""What becomes of a claim is written and told."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from notifications.commands.settle import Settler
from services.notifications.tests.service import (
    UNIT,
    ApiClients,
    MakeEvents,
    Parts,
    due,
    outcomes,
    until_waiting,
)
from shared.events import NotificationFailed, NotificationSent
from tiendo_local.servers.mail.smtp_sink import SmtpSink


async def test_what_was_sent_is_told_without_an_address(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, obligation_events())
    await service.sender(smtp_sink.port).send_some()
    [_, event] = await service.published()
    assert isinstance(event.data, NotificationSent)
    assert (event.data.stage, event.data.recipient_role, event.data.attempt) == ("T-30", "reporter", 1)
    [mail] = smtp_sink.messages
    assert mail.recipients[0] not in event.to_bytes().decode()


async def test_refused_twice_for_now_then_taken(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, obligation_events())
    sender = service.sender(smtp_sink.port)
    smtp_sink.fail("rcpt", "451 4.3.0 Try again later", times=2)
    await sender.send_some()
    assert await sender.send_some() == 0  # its time has not come
    service.clock.forward(seconds=31)
    await sender.send_some()
    service.clock.forward(seconds=31)
    assert await sender.send_some() == 0  # the second wait is twice as long
    service.clock.forward(seconds=30)
    await sender.send_some()
    assert await outcomes(service) == [("deferred", 451), ("deferred", 451), ("sent", 250)]
    assert len(smtp_sink.messages) == 1
    assert [e.data.attempt for e in await service.published() if isinstance(e.data, NotificationSent)] == [3]


async def test_refused_for_good_is_failed_and_told(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, obligation_events())
    sender = service.sender(smtp_sink.port)
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await sender.send_some()
    service.clock.forward(days=1)
    assert await sender.send_some() == 0
    assert await outcomes(service) == [("failed", 550)]
    [failed] = [e.data for e in await service.published() if isinstance(e.data, NotificationFailed)]
    assert (failed.reason_code, failed.attempt) == ("recipient_refused", 1)


@pytest.mark.parametrize("corrected", ["claimed", "composed", "refused"])
async def test_an_address_that_is_corrected_meanwhile_gets_the_reminder(
    service: Parts,
    obligation_events: MakeEvents,
    smtp_sink: SmtpSink,
    api: ApiClients,
    monkeypatch: pytest.MonkeyPatch,
    corrected: str,
) -> None:
    """After the claim, after the attempt began, and when the far side has refused the old one already."""
    obligation = obligation_events()
    await due(service, obligation)
    sender = service.sender(smtp_sink.port)
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox", times=1 if corrected != "claimed" else 0)
    owner: Any = sender._settler if corrected == "refused" else sender
    name = {"claimed": "_deal_with", "composed": "_attempt", "refused": "record"}[corrected]
    go_on = getattr(owner, name)

    async def correct_first(*args: Any) -> Any:
        monkeypatch.setattr(owner, name, go_on)
        async with api.as_("coordinator") as client:
            body = {"role": "reporter", "address": "dung@quangtruc.vn"}
            answer = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": "*"})
        assert answer.status_code == 200
        return await go_on(*args)

    monkeypatch.setattr(owner, name, correct_first)
    await sender.send_some()
    service.clock.forward(seconds=31)
    await sender.send_some()
    assert [mail.recipients for mail in smtp_sink.messages] == [("dung@quangtruc.vn",)]
    assert (await service.states(obligation.id))["T-30"] == "sent"
    rows = await service.rows("select recipient from delivery where state = 'sent'")
    assert [row.recipient for row in rows] == ["dung@quangtruc.vn"]
    assert not [e for e in await service.published() if isinstance(e.data, NotificationFailed)]
    assert not await service.rows("select address from contact where refused_at is not null")


async def test_a_correction_waits_for_the_refusal_that_is_being_written(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, api: ApiClients
) -> None:
    """A trigger holds the transaction of the refusal while the address is corrected: one of them sees the other."""
    obligation = obligation_events()
    await due(service, obligation)
    await service.change(
        "create function hold() returns trigger language plpgsql as $$"
        " begin perform pg_advisory_xact_lock(7); return new; end $$",
        "create trigger hold before update on reminder for each row"
        " when (new.state = 'failed') execute function hold()",
    )
    sender = service.sender(smtp_sink.port)
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    async with service.engine.begin() as tx, api.as_("coordinator") as client:
        await tx.execute(sa.text("select pg_advisory_xact_lock(7)"))
        sending = asyncio.create_task(sender.send_some())
        await until_waiting(service, 1)
        body = {"role": "reporter", "address": "dung@quangtruc.vn"}
        change = client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-Match": "*"})
        correcting = asyncio.create_task(change)
        await until_waiting(service, 2)
        await tx.commit()
        await sending
        assert (await correcting).status_code == 200
    await sender.send_some()
    assert [mail.recipients for mail in smtp_sink.messages] == [("dung@quangtruc.vn",)]


async def test_a_first_address_that_comes_meanwhile_gets_the_reminder(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, api: ApiClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    obligation = obligation_events()
    await service.change("delete from contact")
    await due(service, obligation)
    sender = service.sender(smtp_sink.port)
    give_up = sender._settler.give_up

    async def add_first(*args: Any) -> None:
        async with api.as_("coordinator") as client:
            body = {"role": "reporter", "address": "dung@quangtruc.vn"}
            answer = await client.put(f"/api/v1/contacts/{UNIT}", json=body, headers={"If-None-Match": "*"})
        assert answer.status_code == 201
        await give_up(*args)

    monkeypatch.setattr(sender._settler, "give_up", add_first)
    await sender.send_some()
    await sender.send_some()
    assert [mail.recipients for mail in smtp_sink.messages] == [("dung@quangtruc.vn",)]
    assert (await service.states(obligation.id))["T-30"] == "sent"


async def test_a_submission_after_it_became_due_stops_the_mail(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    obligation = obligation_events()
    await due(service, obligation)
    await service.consume(obligation.received())
    assert await service.sender(smtp_sink.port).send_some() == 0
    assert smtp_sink.messages == []
    assert (await service.states(obligation.id))["T-30"] == "superseded"


async def test_an_unsent_reminder_that_expired_is_not_sent(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    obligation = obligation_events()
    await due(service, obligation)
    service.clock.forward(days=40)
    await service.sender(smtp_sink.port).send_some()
    assert smtp_sink.messages == []
    assert (await service.states(obligation.id))["T-30"] == "cancelled"


async def test_a_unit_without_a_contact_is_told_as_failed(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, obligation_events(unit="UNKNOWN"))
    await service.sender(smtp_sink.port).send_some()
    [failed] = [e.data for e in await service.published() if isinstance(e.data, NotificationFailed)]
    assert failed.reason_code == "no_contact"


async def test_a_mail_that_arrived_is_settled_in_the_order_in_which_a_correction_locks(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address was marked as refused after its attempt began; somebody corrects it while the mail is settled."""
    await due(service, obligation_events())
    sender = service.sender(smtp_sink.port)
    record = Settler.record

    async def after_the_mark(self: Settler, *given: Any) -> None:
        await service.change(f"update contact set refused_at = now() where unit = '{UNIT}'")
        async with service.engine.begin() as tx:
            await tx.execute(sa.text(f"select 1 from contact where unit = '{UNIT}' and role = 'reporter' for update"))
            settling = asyncio.create_task(record(self, *given))
            await until_waiting(service, 1)
            await tx.execute(sa.text("set local lock_timeout = '3s'"))
            await tx.execute(sa.text("select 1 from reminder for update"))
        await settling

    monkeypatch.setattr(Settler, "record", after_the_mark)
    await sender.send_some()
    assert await outcomes(service) == [("sent", 250)] and len(smtp_sink.messages) == 1
    assert (
        await service.rows(
            f"select 1 from contact where unit = '{UNIT}' and role = 'reporter' and refused_at is not null"
        )
        == []
    )
