"""Events of submissions.v1 against a real database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

from shared.clock import VIETNAM
from shared.events import DeadlineApproaching, DeadlineMissed, NotificationSuperseded

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_an_opened_obligation_has_its_whole_ladder_planned(office: Any, told: Callable[..., Any]) -> None:
    duty = told()
    await office.hear(duty.opened(), traceparent=TRACE)
    states = await office.states(duty.id)
    assert set(states.values()) == {"planned"}
    assert {"T-30", "T-14", "T-7", "T-3", "T-1", "O+1"} <= set(states)
    rows = await office.rows("select distinct traceparent from reminder")
    assert [row.traceparent.split("-")[1] for row in rows] == [TRACE.split("-")[1]]
    assert await office.published() == []


async def test_hearing_it_again_changes_nothing(office: Any, told: Callable[..., Any]) -> None:
    duty = told()
    await office.hear(duty.opened())
    before = await office.rows("select * from reminder order by id")
    office.clock.forward(hours=1)
    await office.hear(duty.opened(), duty.opened(version=2))
    assert [(r.id, r.state, r.planned_on) for r in await office.rows("select * from reminder order by id")] == [
        (r.id, r.state, r.planned_on) for r in before
    ]


async def test_a_submission_supersedes_and_is_told(office: Any, told: Callable[..., Any]) -> None:
    duty = told()
    await office.hear(duty.opened())
    await office.hear(duty.received())
    assert set((await office.states(duty.id)).values()) == {"superseded"}
    published = await office.published()
    assert {type(event.data) for event in published} == {NotificationSuperseded}
    assert {event.data.reason_code for event in published} == {"submitted"}
    assert (
        len({event.subject for event in published})
        == len(published)
        == len(await office.rows("select id from reminder"))
    )
    assert await office.ticker.tick() == 0


async def test_the_order_of_events_does_not_matter(office: Any, told: Callable[..., Any]) -> None:
    at = office.clock.now()
    outcomes = set()
    for order in permutations(range(3)):
        duty = told()
        events = [duty.opened(1), duty.received(2), duty.returned(at, 3)]
        for position in order:
            await office.hear(events[position])
        rows = await office.rows(
            "select d.state as duty, d.version, r.stage, r.role, r.state from duty d"
            " join reminder r using (obligation_id) where d.obligation_id = :id order by r.stage, r.role",
            id=duty.id,
        )
        outcomes.add(tuple(tuple(row) for row in rows))
    assert len(outcomes) == 1
    states = {row[2]: row[4] for row in outcomes.pop() if row[3] == "reporter"}
    assert states["T-30"] == "superseded" and states["T-14"] == states["returned"] == "planned"


async def test_the_first_tick_makes_t_30_due_and_tells_it_without_mail(office: Any, told: Callable[..., Any]) -> None:
    duty = told()
    await office.hear(duty.opened(), traceparent=TRACE)
    assert await office.ticker.tick() == 1
    assert (await office.states(duty.id))["T-30"] == "due"
    [event] = await office.published()
    assert isinstance(event.data, DeadlineApproaching)
    assert (event.data.stage, event.data.days_left, event.subject) == ("T-30", 20, str(duty.id))
    assert await office.ticker.tick() == 0


async def test_a_missed_deadline_is_told_once_per_step(office: Any, told: Callable[..., Any]) -> None:
    duty = told()
    await office.hear(duty.opened())
    office.clock.at = datetime(2026, 12, 16, 9, tzinfo=VIETNAM)
    await office.ticker.tick()
    events = [event.data for event in await office.published()]
    missed = [data for data in events if isinstance(data, DeadlineMissed)]
    assert [(data.stage, data.days_left) for data in missed] == [("O+1", -2)]
    assert not [data for data in events if isinstance(data, DeadlineApproaching)]
    assert {data.reason_code for data in events if isinstance(data, NotificationSuperseded)} == {"expired"}


async def test_two_tickers_at_once_tell_each_step_once(office: Any, told: Callable[..., Any]) -> None:
    import asyncio

    await office.hear(*(told(id=uuid4()).opened() for _ in range(40)))
    await asyncio.gather(*(office.ticker.tick() for _ in range(4)))
    while await office.ticker.tick():
        pass
    events = await office.published()
    assert len(events) == len({event.subject for event in events}) == 40


async def test_a_return_rearms_and_notifies(office: Any, told: Callable[..., Any]) -> None:
    duty = told()
    await office.hear(duty.opened(), duty.received())
    office.clock.forward(days=3)
    await office.hear(duty.returned(office.clock.now()))
    states = await office.states(duty.id)
    assert states["T-30"] == "superseded" and states["T-14"] == states["returned"] == "planned"
    await office.ticker.tick()
    assert (await office.states(duty.id))["returned"] == "due"
    assert not [e for e in await office.published() if isinstance(e.data, DeadlineApproaching)]


async def test_a_withdrawal_rearms_without_a_notice(office: Any, told: Callable[..., Any]) -> None:
    duty = told()
    await office.hear(duty.opened(), duty.received())
    await office.hear(duty.withdrawn(office.clock.now() + timedelta(minutes=1)))
    states = await office.states(duty.id)
    assert states["T-14"] == "planned" and "returned" not in states
