"""Mail against a real SMTP server that fails on command."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from notifications.channels.email.message import message_id, thread_root
from shared.events import NotificationFailed, NotificationSent, NotificationSuperseded


async def due(office: Any, *duties: Any) -> None:
    """The T-30 reminder of each is due."""
    await office.hear(*(duty.opened() for duty in duties))
    await office.ticker.tick()


async def outcomes(office: Any) -> list[tuple[str, int | None]]:
    rows = await office.rows("select state, smtp_code from delivery order by finished_at, id")
    return [(row.state, row.smtp_code) for row in rows]


async def test_the_mail_says_what_to_do_by_when(office: Any, told: Callable[..., Any], smtp_sink: Any) -> None:
    duty = told()
    await due(office, duty)
    assert await office.sender(smtp_sink.port).send_some() == 1
    [mail] = smtp_sink.messages
    message = mail.message
    name = office.catalogue.unit(duty.unit).name_vi
    assert message["Subject"] == f"[Tiến Độ] Còn 20 ngày: Biểu 01 năm 2026 – {name}"
    [row] = await office.rows("select id, state, message_id, sent_at, attempts from reminder where stage = 'T-30'")
    assert (row.state, row.attempts, row.sent_at) == ("sent", 1, office.clock.now())
    assert message["Message-ID"] == row.message_id == message_id(row.id, "daknong.example")
    assert message["References"] == message["In-Reply-To"] == thread_root(duty.id, "daknong.example")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "vi"
    assert message["X-Tiendo-Reminder"] == str(row.id)
    assert message["Date"].datetime == office.clock.now()
    text, html = (part.get_content() for part in message.iter_parts())
    for body in (text, html):
        assert "14/12/2026" in body and "còn 20 ngày" in body and "20 days left" in body
        assert f"http://127.0.0.1:8001/obligations/{duty.id}" in body
        assert body.index("Kính gửi") < body.index("What to do")
    [delivery] = await office.rows("select * from delivery")
    assert (delivery.state, delivery.recipient) == ("sent", mail.recipients[0])


async def test_what_was_sent_is_told_without_an_address(office: Any, told: Callable[..., Any], smtp_sink: Any) -> None:
    await due(office, told())
    await office.sender(smtp_sink.port).send_some()
    [_, event] = await office.published()
    assert isinstance(event.data, NotificationSent)
    assert (event.data.stage, event.data.recipient_role, event.data.attempt) == ("T-30", "reporter", 1)
    [mail] = smtp_sink.messages
    assert mail.recipients[0] not in event.to_bytes().decode()


async def test_refused_twice_for_now_then_taken(office: Any, told: Callable[..., Any], smtp_sink: Any) -> None:
    await due(office, told())
    sender = office.sender(smtp_sink.port)
    smtp_sink.fail("rcpt", "451 4.3.0 Try again later", times=2)
    await sender.send_some()
    assert await sender.send_some() == 0  # its time has not come
    office.clock.forward(seconds=31)
    await sender.send_some()
    office.clock.forward(seconds=31)
    assert await sender.send_some() == 0  # the second wait is twice as long
    office.clock.forward(seconds=30)
    await sender.send_some()
    assert await outcomes(office) == [("deferred", 451), ("deferred", 451), ("sent", 250)]
    assert len(smtp_sink.messages) == 1
    assert [e.data.attempt for e in await office.published() if isinstance(e.data, NotificationSent)] == [3]


async def test_refused_for_good_is_failed_and_told(office: Any, told: Callable[..., Any], smtp_sink: Any) -> None:
    await due(office, told())
    sender = office.sender(smtp_sink.port)
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await sender.send_some()
    office.clock.forward(days=1)
    assert await sender.send_some() == 0
    assert await outcomes(office) == [("failed", 550)]
    [failed] = [e.data for e in await office.published() if isinstance(e.data, NotificationFailed)]
    assert (failed.reason_code, failed.attempt) == ("recipient_refused", 1)


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
    office: Any, told: Callable[..., Any], smtp_sink: Any, stage: Any, reply: str, code: int
) -> None:
    """A wrong password, sender, address or relay is put right by the operator; every mail then still goes out."""
    await due(office, *(told(id=uuid4()) for _ in range(3)))
    sender = office.sender(smtp_sink.port)
    smtp_sink.fail(stage, reply)
    assert await sender.send_some() == 0  # the next mail of this connection would fare no better
    assert await outcomes(office) == [("deferred", code)]
    assert not [event for event in await office.published() if isinstance(event.data, NotificationFailed)]
    office.clock.forward(seconds=31)
    assert await sender.send_some() == 3
    assert len(smtp_sink.messages) == 3


@pytest.mark.parametrize("greeting", ["554 5.7.1 No SMTP service here", "521 No mail here"])
async def test_a_server_that_greets_with_a_refusal_gives_up_no_reminder(
    office: Any, told: Callable[..., Any], smtp_sink: Any, greeting: str
) -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{greeting}\r\n".encode())
        await writer.drain()
        writer.close()

    await due(office, told(id=uuid4()), told(id=uuid4()))
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        assert await office.sender(server.sockets[0].getsockname()[1]).send_some() == 0
    assert await outcomes(office) == [("deferred", int(greeting[:3]))]
    office.clock.forward(seconds=31)
    assert await office.sender(smtp_sink.port).send_some() == 2


THEIRS = [
    ("rcpt", "550 5.1.1 No such mailbox", 550),
    ("rcpt", "550 No such mailbox", 550),
    ("rcpt", "553 Mailbox name not allowed", 553),
    ("rcpt", "554 5.2.1 Mailbox disabled", 554),
    ("data", "552 5.2.2 Mailbox full", 552),
]


@pytest.mark.parametrize(("stage", "reply", "code"), THEIRS)
async def test_a_refusal_of_the_recipient_is_final(
    office: Any, told: Callable[..., Any], smtp_sink: Any, stage: Any, reply: str, code: int
) -> None:
    await due(office, told(id=uuid4()), told(id=uuid4()))
    smtp_sink.fail(stage, reply)
    assert await office.sender(smtp_sink.port).send_some() == 2
    assert sorted(await outcomes(office)) == [("failed", code), ("sent", 250)]
    [failed] = [e.data for e in await office.published() if isinstance(e.data, NotificationFailed)]
    assert failed.reason_code == "recipient_refused"


@pytest.mark.parametrize(("stage", "reply"), [("data", "550 5.6.0 Content rejected"), ("rcpt", "501 Syntax")])
async def test_a_refusal_of_unclear_cause_is_tried_again_alone(
    office: Any, told: Callable[..., Any], smtp_sink: Any, stage: Any, reply: str
) -> None:
    await due(office, told(id=uuid4()), told(id=uuid4()))
    smtp_sink.fail(stage, reply)
    assert await office.sender(smtp_sink.port).send_some() == 2
    assert sorted(state for state, _ in await outcomes(office)) == ["deferred", "sent"]


async def test_a_server_that_is_down_loses_nothing(office: Any, told: Callable[..., Any], smtp_sink: Any) -> None:
    await due(office, *(told(id=uuid4()) for _ in range(5)))
    assert await office.sender(1).send_some() == 0
    assert Counter(await outcomes(office)) == {("deferred", None): 1}
    assert len([e for e in await office.published() if e.type.startswith("vn.tiendo.deadline")]) == 5
    office.clock.forward(seconds=31)
    await office.sender(smtp_sink.port).send_some()
    assert len(smtp_sink.messages) == 5
    assert {row.state for row in await office.rows("select state from reminder where stage = 'T-30'")} == {"sent"}


async def test_a_dropped_line_after_data_is_sent_again_as_the_same_mail(
    office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    await due(office, told())
    sender = office.sender(smtp_sink.port)
    smtp_sink.drop("data", kept=True)
    await sender.send_some()
    office.clock.forward(seconds=31)
    await sender.send_some()
    assert len(smtp_sink.messages) == 2
    assert len({mail.message["Message-ID"] for mail in smtp_sink.messages}) == 1
    assert [state for state, _ in await outcomes(office)] == ["deferred", "sent"]


async def test_one_bad_mail_does_not_stop_the_others(office: Any, told: Callable[..., Any], smtp_sink: Any) -> None:
    await due(office, *(told(id=uuid4()) for _ in range(4)))
    smtp_sink.drop("data")
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await office.sender(smtp_sink.port).send_some()
    assert len(smtp_sink.messages) == 2
    assert Counter(state for state, _ in await outcomes(office)) == {"sent": 2, "deferred": 1, "failed": 1}


async def test_two_senders_at_once_send_each_mail_once(office: Any, told: Callable[..., Any], smtp_sink: Any) -> None:
    await due(office, *(told(id=uuid4()) for _ in range(60)))
    senders = [office.sender(smtp_sink.port, claim_size=7) for _ in range(3)]

    async def drain(sender: Any) -> None:
        while await sender.send_some():
            pass

    await asyncio.gather(*(drain(sender) for sender in senders))
    sent = Counter(mail.message["X-Tiendo-Reminder"] for mail in smtp_sink.messages)
    assert len(sent) == 60 and set(sent.values()) == {1}
    assert len(await office.rows("select id from delivery")) == 60


async def test_a_submission_after_it_became_due_stops_the_mail(
    office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    duty = told()
    await due(office, duty)
    await office.hear(duty.received())
    assert await office.sender(smtp_sink.port).send_some() == 0
    assert smtp_sink.messages == []
    assert (await office.states(duty.id))["T-30"] == "superseded"


async def test_a_submission_while_a_sender_holds_it_is_seen_before_sending(
    office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    """The claim is committed; the answer comes before the attempt begins."""
    duty = told()
    await due(office, duty)
    sender = office.sender(smtp_sink.port)
    deal = sender._deal_with

    async def late(claim: Any, connection: Any) -> None:
        await office.hear(duty.received())
        await deal(claim, connection)

    sender._deal_with = late
    await sender.send_some()
    assert smtp_sink.messages == []
    assert (await office.states(duty.id))["T-30"] == "superseded"
    stopped = [e.data for e in await office.published() if isinstance(e.data, NotificationSuperseded)]
    assert (
        len({data.reminder_id for data in stopped}) == len(stopped) == len(await office.rows("select id from reminder"))
    )


async def test_a_sender_that_died_is_followed_by_another_after_its_lease(
    office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    from notifications.store import write

    await due(office, told())
    async with office.engine.begin() as tx:
        [stale] = await write.claim(tx, office.clock.now(), office.settings.lease, 10)
    sender = office.sender(smtp_sink.port)
    assert await sender.send_some() == 0
    office.clock.forward(seconds=121)
    assert await sender.send_some() == 1
    async with office.engine.begin() as tx:
        assert await write.begin_attempt(tx, stale, office.clock.now(), office.settings.lease) is None
        assert not await write.settle(tx, stale, state="failed")
    assert len(smtp_sink.messages) == 1


async def test_an_unsent_reminder_that_expired_is_not_sent(
    office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    duty = told()
    await due(office, duty)
    office.clock.forward(days=40)
    await office.sender(smtp_sink.port).send_some()
    assert smtp_sink.messages == []
    assert (await office.states(duty.id))["T-30"] == "cancelled"


async def test_a_unit_without_a_contact_is_told_as_failed(
    office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    await due(office, told(unit="UNKNOWN"))
    await office.sender(smtp_sink.port).send_some()
    [failed] = [e.data for e in await office.published() if isinstance(e.data, NotificationFailed)]
    assert failed.reason_code == "no_contact"


async def test_a_mail_that_cannot_be_composed_waits_and_the_others_leave(
    office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    """It comes first in its batch, again and again; a corrected address lets it go."""
    broken = told(unit="SO_Y_TE", form="B10-YTE")
    await due(office, broken)
    office.clock.forward(seconds=1)
    await due(office, *(told(id=uuid4()) for _ in range(3)))
    await office.change("update contact set email = 'no address' where unit = 'SO_Y_TE'")
    sender = office.sender(smtp_sink.port)
    assert await sender.send_some() == 4
    assert len(smtp_sink.messages) == 3
    assert (await office.states(broken.id))["T-30"] == "due"
    [row] = await office.rows("select attempt, reason_code, smtp_code from delivery where state = 'deferred'")
    assert (row.attempt, row.reason_code, row.smtp_code) == (1, "not_composed.InvalidHeaderDefect", None)
    office.clock.forward(seconds=29)
    assert await sender.send_some() == 0
    office.clock.forward(seconds=2)
    await office.change("update contact set email = 'so-y-te@daknong.example' where unit = 'SO_Y_TE'")
    assert await sender.send_some() == 1
    assert (await office.states(broken.id))["T-30"] == "sent"


async def test_a_claim_whose_outcome_cannot_be_written_is_put_off_and_the_others_leave(
    office: Any, told: Callable[..., Any], smtp_sink: Any
) -> None:
    broken = told()
    await due(office, broken)
    office.clock.forward(seconds=1)
    await due(office, *(told(id=uuid4()) for _ in range(3)))
    await office.change(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$",
        "create trigger refuse before update on reminder for each row"
        f" when (new.attempts = 1 and new.obligation_id = '{broken.id}') execute function refuse()",
    )
    sender = office.sender(smtp_sink.port)
    assert await sender.send_some() == 4
    assert len(smtp_sink.messages) == 3
    assert await sender.send_some() == 0
    await office.change("drop trigger refuse on reminder")
    office.clock.forward(seconds=31)
    assert await sender.send_some() == 1
    assert (await office.states(broken.id))["T-30"] == "sent"
