"""Events of submissions.v1 against a real database."""

from datetime import timedelta
from itertools import permutations

from services.notifications.tests.service import MakeEvents, Parts
from shared.events import NotificationSuperseded

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_an_opened_obligation_has_its_whole_ladder_planned(service: Parts, obligation_events: MakeEvents) -> None:
    obligation = obligation_events()
    await service.consume(obligation.opened(), traceparent=TRACE)
    states = await service.states(obligation.id)
    assert set(states.values()) == {"planned"}
    assert {"T-30", "T-14", "T-7", "T-3", "T-1", "O+1"} <= set(states)
    rows = await service.rows("select distinct traceparent from reminder")
    assert [row.traceparent.split("-")[1] for row in rows] == [TRACE.split("-")[1]]
    assert await service.published() == []


async def test_hearing_it_again_changes_nothing(service: Parts, obligation_events: MakeEvents) -> None:
    obligation = obligation_events()
    await service.consume(obligation.opened())
    before = await service.rows("select * from reminder order by id")
    service.clock.forward(hours=1)
    await service.consume(obligation.opened(), obligation.opened(version=2))
    assert [(r.id, r.state, r.planned_on) for r in await service.rows("select * from reminder order by id")] == [
        (r.id, r.state, r.planned_on) for r in before
    ]


async def test_a_submission_supersedes_and_is_told(service: Parts, obligation_events: MakeEvents) -> None:
    obligation = obligation_events()
    await service.consume(obligation.opened())
    await service.consume(obligation.received())
    assert set((await service.states(obligation.id)).values()) == {"superseded"}
    published = await service.published()
    assert {type(event.data) for event in published} == {NotificationSuperseded}
    assert {getattr(event.data, "reason_code", None) for event in published} == {"submitted"}
    assert (
        len({event.subject for event in published})
        == len(published)
        == len(await service.rows("select id from reminder"))
    )
    assert await service.ticker.tick() == 0


async def test_the_order_of_events_does_not_matter(service: Parts, obligation_events: MakeEvents) -> None:
    at = service.clock.now()
    outcomes = set()
    for order in permutations(range(3)):
        obligation = obligation_events()
        events = [obligation.opened(1), obligation.received(2), obligation.returned(at, 3)]
        for position in order:
            await service.consume(events[position])
        rows = await service.rows(
            "select d.state as duty, d.version, r.stage, r.role, r.state from duty d"
            " join reminder r using (obligation_id) where d.obligation_id = :id order by r.stage, r.role",
            id=obligation.id,
        )
        outcomes.add(tuple(tuple(row) for row in rows))
    assert len(outcomes) == 1
    states = {row[2]: row[4] for row in outcomes.pop() if row[3] == "reporter"}
    assert states["T-30"] == "superseded" and states["T-14"] == states["returned"] == "planned"


async def test_a_withdrawal_rearms_without_a_notice(service: Parts, obligation_events: MakeEvents) -> None:
    obligation = obligation_events()
    await service.consume(obligation.opened(), obligation.received())
    await service.consume(obligation.withdrawn(service.clock.now() + timedelta(minutes=1)))
    states = await service.states(obligation.id)
    assert states["T-14"] == "planned" and "returned" not in states
