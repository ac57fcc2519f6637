"""Mail against a real SMTP server that fails on command."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from services.notifications.tests.service import MakeEvents, Parts, due, outcomes
from shared.events import NotificationFailed
from tiendo_local.servers.mail.smtp_sink import SmtpSink

OURS = [
    ("mail", "530 5.7.0 Authentication required", 530),
    ("mail", "550 Sender address not ours", 550),
    ("mail", "553 5.1.8 Sender's domain is not known", 553),
    ("rcpt", "554 5.7.1 Relay access denied", 554),
    ("rcpt", "550 5.7.1 Sign in first", 550),
    ("rcpt", "550 relay not permitted", 550),
    ("rcpt", "553 5.1.8 Sender's domain is not known", 553),
    ("rcpt", "550 5.3.4 Too large for this system", 550),
    ("rcpt", "521 5.3.2 No mail here", 521),
    ("rcpt", "535 Credentials invalid", 535),
    ("data", "554 Transaction failed", 554),
    ("data", "550 5.7.26 Not authenticated (SPF)", 550),
]


@pytest.mark.parametrize(("stage", "reply", "code"), OURS)
async def test_what_a_server_holds_against_us_gives_up_no_reminder(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, stage: Any, reply: str, code: int
) -> None:
    """A wrong password, sender, address or relay is put right by the operator; every mail then still goes out."""
    await due(service, *(obligation_events(id=uuid4()) for _ in range(3)))
    sender = service.sender(smtp_sink.port)
    smtp_sink.fail(stage, reply)
    assert await sender.send_some() == 0  # the next mail of this connection would fare no better
    assert await outcomes(service) == [("deferred", code)]
    assert not [event for event in await service.published() if isinstance(event.data, NotificationFailed)]
    service.clock.forward(seconds=31)
    assert await sender.send_some() == 3
    assert len(smtp_sink.messages) == 3


@pytest.mark.parametrize("greeting", ["554 5.7.1 No SMTP service here", "521 No mail here"])
async def test_a_server_that_greets_with_a_refusal_gives_up_no_reminder(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, greeting: str
) -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{greeting}\r\n".encode())
        await writer.drain()
        writer.close()

    await due(service, obligation_events(id=uuid4()), obligation_events(id=uuid4()))
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        assert await service.sender(server.sockets[0].getsockname()[1]).send_some() == 0
    assert await outcomes(service) == [("deferred", int(greeting[:3]))]
    service.clock.forward(seconds=31)
    assert await service.sender(smtp_sink.port).send_some() == 2


THEIRS = [
    ("rcpt", "550 5.1.1 No such mailbox", 550),
    ("rcpt", "550 No such mailbox", 550),
    ("rcpt", "553 Mailbox name not allowed", 553),
    ("rcpt", "554 5.2.1 Mailbox disabled", 554),
    ("data", "552 5.2.2 Mailbox full", 552),
]


@pytest.mark.parametrize(("stage", "reply", "code"), THEIRS)
async def test_a_refusal_of_the_recipient_is_final(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, stage: Any, reply: str, code: int
) -> None:
    await due(service, obligation_events(id=uuid4()), obligation_events(id=uuid4()))
    smtp_sink.fail(stage, reply)
    assert await service.sender(smtp_sink.port).send_some() == 2
    assert sorted(await outcomes(service)) == [("failed", code), ("sent", 250)]
    [failed] = [e.data for e in await service.published() if isinstance(e.data, NotificationFailed)]
    assert failed.reason_code == "recipient_refused"


@pytest.mark.parametrize(("stage", "reply"), [("data", "550 5.6.0 Content rejected"), ("rcpt", "501 Syntax")])
async def test_a_refusal_of_unclear_cause_is_tried_again_alone(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, stage: Any, reply: str
) -> None:
    await due(service, obligation_events(id=uuid4()), obligation_events(id=uuid4()))
    smtp_sink.fail(stage, reply)
    assert await service.sender(smtp_sink.port).send_some() == 2
    assert sorted(state for state, _ in await outcomes(service)) == ["deferred", "sent"]


async def test_a_dropped_line_after_data_is_sent_again_as_the_same_mail(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, obligation_events())
    sender = service.sender(smtp_sink.port)
    smtp_sink.drop("data", kept=True)
    await sender.send_some()
    service.clock.forward(seconds=31)
    await sender.send_some()
    assert len(smtp_sink.messages) == 2
    assert len({mail.message["Message-ID"] for mail in smtp_sink.messages}) == 1
    assert [state for state, _ in await outcomes(service)] == ["deferred", "sent"]
