"""Reminders whose time has come, against a real database."""

from datetime import datetime
from uuid import uuid4

from services.notifications.tests.service import MakeEvents, Parts
from shared.calendar import VIETNAM
from shared.events import DeadlineApproaching, DeadlineMissed, NotificationSuperseded

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_the_first_tick_makes_t_30_due_and_tells_it_without_mail(
    service: Parts, obligation_events: MakeEvents
) -> None:
    obligation = obligation_events()
    await service.consume(obligation.opened(), traceparent=TRACE)
    assert await service.ticker.tick() == 1
    assert (await service.states(obligation.id))["T-30"] == "due"
    [event] = await service.published()
    assert isinstance(event.data, DeadlineApproaching)
    assert (event.data.stage, event.data.days_left, event.subject) == ("T-30", 20, str(obligation.id))
    assert await service.ticker.tick() == 0


async def test_a_missed_deadline_is_told_once_per_step(service: Parts, obligation_events: MakeEvents) -> None:
    obligation = obligation_events()
    await service.consume(obligation.opened())
    service.clock.at = datetime(2026, 12, 16, 9, tzinfo=VIETNAM)
    await service.ticker.tick()
    events = [event.data for event in await service.published()]
    missed = [data for data in events if isinstance(data, DeadlineMissed)]
    assert [(data.stage, data.days_left) for data in missed] == [("O+1", -2)]
    assert not [data for data in events if isinstance(data, DeadlineApproaching)]
    assert {data.reason_code for data in events if isinstance(data, NotificationSuperseded)} == {"expired"}


async def test_two_tickers_at_once_tell_each_step_once(service: Parts, obligation_events: MakeEvents) -> None:
    import asyncio

    await service.consume(*(obligation_events(id=uuid4()).opened() for _ in range(40)))
    await asyncio.gather(*(service.ticker.tick() for _ in range(4)))
    while await service.ticker.tick():
        pass
    events = await service.published()
    assert len(events) == len({event.subject for event in events}) == 40


async def test_a_return_rearms_and_notifies(service: Parts, obligation_events: MakeEvents) -> None:
    obligation = obligation_events()
    await service.consume(obligation.opened(), obligation.received())
    service.clock.forward(days=3)
    await service.consume(obligation.returned(service.clock.now()))
    states = await service.states(obligation.id)
    assert states["T-30"] == "superseded" and states["T-14"] == states["returned"] == "planned"
    await service.ticker.tick()
    assert (await service.states(obligation.id))["returned"] == "due"
    assert not [e for e in await service.published() if isinstance(e.data, DeadlineApproaching)]
