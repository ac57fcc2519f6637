"""Claims are sent one by one, by one sender or several."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import TopicPartition

from services.notifications.tests.service import MakeEvents, Parts, due, outcomes
from shared.events import NotificationSuperseded
from shared.messaging.restore.consumed import reach, set_positions
from shared.messaging.restore.setback import clear_setback, keep_setback
from tiendo_local.servers.mail.smtp_sink import SmtpSink


async def test_a_server_that_is_down_loses_nothing(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, *(obligation_events(id=uuid4()) for _ in range(5)))
    assert await service.sender(1).send_some() == 0
    assert Counter(await outcomes(service)) == {("deferred", None): 1}
    assert len([e for e in await service.published() if e.type.startswith("vn.tiendo.deadline")]) == 5
    service.clock.forward(seconds=31)
    await service.sender(smtp_sink.port).send_some()
    assert len(smtp_sink.messages) == 5
    assert {row.state for row in await service.rows("select state from reminder where stage = 'T-30'")} == {"sent"}


async def test_one_bad_mail_does_not_stop_the_others(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, *(obligation_events(id=uuid4()) for _ in range(4)))
    smtp_sink.drop("data")
    smtp_sink.fail("rcpt", "550 5.1.1 No such mailbox")
    await service.sender(smtp_sink.port).send_some()
    assert len(smtp_sink.messages) == 2
    assert Counter(state for state, _ in await outcomes(service)) == {"sent": 2, "deferred": 1, "failed": 1}


async def test_two_senders_at_once_send_each_mail_once(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, *(obligation_events(id=uuid4()) for _ in range(60)))
    senders = [service.sender(smtp_sink.port, claim_size=7) for _ in range(3)]

    async def drain(sender: Any) -> None:
        while await sender.send_some():
            pass

    await asyncio.gather(*(drain(sender) for sender in senders))
    sent = Counter(mail.message["X-Tiendo-Reminder"] for mail in smtp_sink.messages)
    assert len(sent) == 60 and set(sent.values()) == {1}
    assert len(await service.rows("select id from delivery")) == 60


async def test_a_submission_while_a_sender_holds_it_is_seen_before_sending(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim is committed; the answer comes before the attempt begins."""
    obligation = obligation_events()
    await due(service, obligation)
    sender = service.sender(smtp_sink.port)
    deal = sender._deal_with

    async def late(claim: Any, connection: Any) -> None:
        await service.consume(obligation.received())
        await deal(claim, connection)

    monkeypatch.setattr(sender, "_deal_with", late)
    await sender.send_some()
    assert smtp_sink.messages == []
    assert (await service.states(obligation.id))["T-30"] == "superseded"
    stopped = [e.data for e in await service.published() if isinstance(e.data, NotificationSuperseded)]
    assert (
        len({data.reminder_id for data in stopped})
        == len(stopped)
        == len(await service.rows("select id from reminder"))
    )


async def test_a_mail_that_cannot_be_composed_waits_and_the_others_leave(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    """It comes first in its batch, again and again; a corrected address lets it go."""
    broken = obligation_events(unit="SO_Y_TE", form="B10-YTE")
    await due(service, broken)
    service.clock.forward(seconds=1)
    await due(service, *(obligation_events(id=uuid4()) for _ in range(3)))
    await service.change("update contact set address = 'no address' where unit = 'SO_Y_TE'")
    sender = service.sender(smtp_sink.port)
    assert await sender.send_some() == 4
    assert len(smtp_sink.messages) == 3
    assert (await service.states(broken.id))["T-30"] == "due"
    [row] = await service.rows("select attempt, reason_code, smtp_code from delivery where state = 'deferred'")
    assert (row.attempt, row.reason_code, row.smtp_code) == (1, "not_composed.InvalidHeaderDefect", None)
    service.clock.forward(seconds=29)
    assert await sender.send_some() == 0
    service.clock.forward(seconds=2)
    await service.change("update contact set address = 'so-y-te@daknong.example' where unit = 'SO_Y_TE'")
    assert await sender.send_some() == 1
    assert (await service.states(broken.id))["T-30"] == "sent"


async def test_an_answer_goes_to_no_address_that_is_refused(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    sender = service.sender(smtp_sink.port)
    for refused in (False, True):
        if refused:
            await service.change("update contact set refused_at = now() where unit = 'SO_NOI_VU'")
        await due(service, obligation_events(id=uuid4()))
        await sender.send_some()
    assert [mail.message["Reply-To"] for mail in smtp_sink.messages] == ["so-noi-vu@daknong.example", None]


async def test_a_claim_whose_outcome_cannot_be_written_is_put_off_and_the_others_leave(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    broken = obligation_events()
    await due(service, broken)
    service.clock.forward(seconds=1)
    await due(service, *(obligation_events(id=uuid4()) for _ in range(3)))
    await service.change(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$",
        "create trigger refuse before update on reminder for each row"
        f" when (new.attempts = 1 and new.obligation_id = '{broken.id}') execute function refuse()",
    )
    sender = service.sender(smtp_sink.port)
    assert await sender.send_some() == 4
    assert len(smtp_sink.messages) == 3
    assert await sender.send_some() == 0
    await service.change("drop trigger refuse on reminder")
    service.clock.forward(seconds=31)
    assert await sender.send_some() == 1
    assert (await service.states(broken.id))["T-30"] == "sent"


async def test_a_restored_database_chases_nobody_until_it_has_caught_up(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    """It does not know who has reported meanwhile: each of them would get a reminder of what they have done."""
    await due(service, *(obligation_events(id=uuid4()) for _ in range(2)))
    await service.consume(obligation_events(id=uuid4()).opened())
    partition = TopicPartition("submissions.v1", 0)
    async with service.engine.begin() as tx:
        await keep_setback(tx, "consumer", 3, "a restored backup")
    assert await service.ticker.tick() == 0 and await service.sender(smtp_sink.port).send_some() == 0

    async with service.engine.begin() as tx:  # as `rewind` leaves it
        await clear_setback(tx, "consumer")
        await set_positions(tx, {partition: 7}, {partition: 10})
    assert await service.ticker.tick() == 0 and await service.sender(smtp_sink.port).send_some() == 0

    async with service.engine.begin() as tx:
        await reach(tx, partition, 7, 10)
    assert await service.ticker.tick() == 1 and await service.sender(smtp_sink.port).send_some() == 3
    assert len(smtp_sink.messages) == 3
