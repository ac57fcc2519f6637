"""A claim that was lost can settle nothing."""

from notifications.store import claim as store
from services.notifications.tests.service import MakeEvents, Parts, due
from tiendo_local.servers.mail.smtp_sink import SmtpSink


async def test_a_sender_that_died_is_followed_by_another_after_its_lease(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await due(service, obligation_events())
    async with service.engine.begin() as tx:
        [stale] = await store.claim(tx, service.clock.now(), service.settings.lease, 10)
    sender = service.sender(smtp_sink.port)
    assert await sender.send_some() == 0
    service.clock.forward(seconds=121)
    assert await sender.send_some() == 1
    async with service.engine.begin() as tx:
        assert await store.begin_attempt(tx, stale, service.clock.now(), service.settings.lease, str.casefold) is None
        assert not await store.settle(tx, stale, state="failed")
    assert len(smtp_sink.messages) == 1
