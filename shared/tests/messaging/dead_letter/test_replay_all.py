"""Several letters at once: each with its result, and none that others have decided about since the list was opened."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.clock import Clock
from shared.messaging.backlog import read_backlog
from shared.messaging.dead_letter import DeadLetters, Handled, Letter, OpenedList, Wanted, store

from ..conftest import ServiceProbe, an_event
from .letters import ANOTHER, BY, THEN, letters_of, mended, set_aside


class MovingClock(Clock):
    """A second later whenever it is asked."""

    def __init__(self) -> None:
        self.at = THEN

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def moving(probe: ServiceProbe) -> DeadLetters:
    return DeadLetters(probe.engine, "probe", mended(probe), MovingClock(), "0" * 64)


async def test_several_at_once_oldest_first_with_a_result_each(probe: ServiceProbe) -> None:
    events = [an_event("poison") for _ in range(4)]
    ids = await set_aside(probe, *(e.to_bytes() for e in events))
    beyond = await set_aside(probe, *(e.to_bytes() for e in events), b"{not json", None)
    letters = letters_of(probe, mended(probe))
    first, after = await letters.replay_all(Wanted("open", reason="rule refuses"), 0, 3, BY)
    assert first == [Handled(id_, "replayed", "applied") for id_ in ids[:3]]
    assert after == ids[2]
    rest, end = await letters.replay_all(Wanted("open"), after, 3, BY)
    assert [(h.id, h.state, h.outcome) for h in rest] == [
        (ids[3], "replayed", "applied"), (beyond[-2], "open", None), (beyond[-1], "open", None),
    ]  # fmt: skip
    assert "Invalid JSON" in str(rest[1].reason)
    assert rest[2].reason == "no-value"
    assert end is None
    assert await probe.effects() == [e.id for e in events]
    async with probe.engine.connect() as tx:
        assert (await read_backlog(tx)).dead_letters == 2


async def test_pressed_twice_it_tells_the_same_and_applies_once(probe: ServiceProbe) -> None:
    events = [an_event("poison") for _ in range(3)]
    ids = await set_aside(probe, *(e.to_bytes() for e in events))
    letters = moving(probe)
    opened = await letters.opened_list()
    first = await letters.replay_all(Wanted("open"), 0, 2, BY, opened)
    assert first == ([Handled(id_, "replayed", "applied") for id_ in ids[:2]], ids[1])
    assert await letters.replay_all(Wanted("open"), 0, 2, BY, opened) == first
    assert await probe.effects() == [e.id for e in events[:2]]
    by_another, _ = await letters.replay_all(Wanted("open"), 0, 10, ANOTHER, opened)
    assert [one.reason for one in by_another] == ["letter-changed", "letter-changed", None]
    assert await probe.effects() == [e.id for e in events]


async def test_what_came_or_was_decided_after_the_list_was_opened_is_left(probe: ServiceProbe) -> None:
    events = [an_event("poison") for _ in range(5)]
    before, mine, discarded, replayed = await set_aside(probe, *(e.to_bytes() for e in events[:4]))
    letters = moving(probe)
    await letters.discard(before, "a test of the agency", BY)
    opened = await letters.opened_list()
    await letters.discard(discarded, "not one of ours", ANOTHER)
    await letters.replay(replayed, ANOTHER)
    assert len(await set_aside(probe, events[4].to_bytes(), first=9)) == 5, "one more than on the list"
    handled, _ = await letters.replay_all(Wanted("open"), 0, 10, BY, opened)
    assert handled == [
        Handled(mine, "replayed", "applied"),
        Handled(discarded, "discarded", reason="letter-changed"),
        Handled(replayed, "replayed", reason="letter-changed"),
    ]
    assert await probe.effects() == [events[3].id, events[1].id]
    of_discarded, _ = await letters.replay_all(Wanted("discarded"), 0, 10, BY, opened)
    assert of_discarded == [Handled(before, "replayed", "applied")], "the other one was open then"
    assert await letters.replay_all(Wanted("discarded"), 0, 10, BY, opened) == (of_discarded, None)


async def test_what_failed_is_tried_again_and_is_no_decision_of_another(probe: ServiceProbe) -> None:
    ids = await set_aside(probe, *(an_event("poison").to_bytes() for _ in range(2)))
    failing = DeadLetters(probe.engine, "probe", probe.apply, MovingClock(), "0" * 64)
    opened = await failing.opened_list()
    runs = await asyncio.gather(*(failing.replay_all(Wanted("open"), 0, 10, BY, opened) for _ in range(2)))
    for handled, _ in runs:
        assert [(one.id, one.state) for one in handled] == [(id_, "open") for id_ in ids]
        assert all("a rule refuses this event" in str(one.reason) for one in handled)


async def test_a_decision_between_the_list_and_the_run_is_seen(
    probe: ServiceProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody discards a letter after the run has found it and before it is its turn."""
    [id_] = await set_aside(probe, an_event("poison").to_bytes())
    letters = moving(probe)
    opened = await letters.opened_list()
    found = store.next_letters

    async def then_discarded(*asked: Any) -> list[Letter]:
        listed = await found(*asked)
        await letters.discard(id_, "not one of ours", ANOTHER)
        return listed

    monkeypatch.setattr(store, "next_letters", then_discarded)
    handled, _ = await letters.replay_all(Wanted("open"), 0, 10, BY, opened)
    assert handled == [Handled(id_, "open", reason="letter-changed")] and await probe.effects() == []


async def test_an_empty_list_can_be_opened(probe: ServiceProbe) -> None:
    assert await letters_of(probe, mended(probe)).opened_list() == OpenedList(0, THEN)
