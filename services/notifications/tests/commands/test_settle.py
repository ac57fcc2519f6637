"""What becomes of a claim is written and told."""

from services.notifications.tests.service import MakeEvents, Parts, due, outcomes
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
