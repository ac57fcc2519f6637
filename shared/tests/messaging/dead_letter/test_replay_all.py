"""Several letters at once: each with its result, and none that others have decided about since the list was opened."""

from datetime import datetime, timedelta

from shared.clock import Clock
from shared.messaging.dead_letter import DeadLetters, Handled, OpenedList, Wanted, count_open

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
        assert await count_open(tx) == 2


async def test_pressed_twice_it_tells_the_same_and_applies_once(probe: ServiceProbe) -> None:
    events = [an_event("poison") for _ in range(3)]
    ids = await set_aside(probe, *(e.to_bytes() for e in events))
    letters = moving(probe)
    opened = await letters.opened_list()
    first = await letters.replay_all(Wanted("open"), 0, 2, BY, opened)
    assert first == ([Handled(id_, "replayed", "applied") for id_ in ids[:2]], ids[1])
    assert await letters.replay_all(Wanted("open"), 0, 2, BY, opened) == first
    assert await probe.effects() == [e.id for e in events[:2]]
    assert (await letters.replay_all(Wanted("open"), 0, 2, ANOTHER, opened))[0] == [
        Handled(ids[2], "replayed", "applied")
    ]


async def test_what_came_or_was_decided_after_the_list_was_opened_is_left(probe: ServiceProbe) -> None:
    events = [an_event("poison") for _ in range(3)]
    seen, decided = await set_aside(probe, *(e.to_bytes() for e in events[:2]))
    letters = moving(probe)
    await letters.discard(seen, "a test of the agency", BY)
    opened = await letters.opened_list()
    await letters.discard(decided, "not one of ours", ANOTHER)
    await set_aside(probe, events[2].to_bytes())
    handled, _ = await letters.replay_all(Wanted("discarded"), 0, 10, BY, opened)
    assert handled == [
        Handled(seen, "replayed", "applied"), Handled(decided, "discarded", reason="letter-changed"),
    ]  # fmt: skip
    later, _ = await letters.replay_all(Wanted("open"), 0, 10, BY, opened)
    assert later == [], "the third was not on the list"
    assert await probe.effects() == [events[0].id]


async def test_an_empty_list_can_be_opened(probe: ServiceProbe) -> None:
    assert await letters_of(probe, mended(probe)).opened_list() == OpenedList(0, THEN)
