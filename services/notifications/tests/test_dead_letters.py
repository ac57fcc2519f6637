"""A letter of notifications is replayed by the planner itself: the reminders are planned, once."""

import pytest

from notifications.commands import plan
from services.notifications.tests.service import ApiClients, MakeEvents, Parts
from shared.events import ObligationOpened


async def test_an_opening_that_failed_is_planned_by_its_replay(
    service: Parts, api: ApiClients, obligation_events: MakeEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    obligation = obligation_events()

    def refuse(*_: object) -> None:
        raise ValueError("a rule that was wrong yesterday")

    with monkeypatch.context() as patch:
        patch.setattr(plan, "fold", refuse)
        await service.consume(obligation.opened())
    assert await service.states(obligation.id) == {}
    async with api.as_("ops") as ops:
        [letter] = (await ops.get("/api/v1/dead-letters")).json()["items"]
        assert (letter["type"], letter["state"]) == (ObligationOpened.type, "open")
        for _ in range(2):
            answer = await ops.post(f"/api/v1/dead-letters/{letter['id']}/replay")
            assert (answer.status_code, answer.json()["outcome"]) == (200, "applied")
        assert (await ops.get("/dead-letters", headers={"Accept": "text/html"})).status_code == 200
    states = await service.states(obligation.id)
    assert states
    assert set(states.values()) == {"planned"}
    assert [event.type for event in await service.published()] == ["vn.tiendo.deadletter.replayed.v1"]
