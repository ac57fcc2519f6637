"""The ranges against a set of every number ever seen."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from audit.rules.sources.sequence import (
    LAST,
    Missing,
    NumberRange,
    SourceProgress,
    absorb,
    announce,
    number_ranges,
    readable,
)

THEN = datetime(2026, 11, 24, tzinfo=UTC)
NUMBER = st.integers(1, 60)
STEP = st.one_of(st.lists(NUMBER, max_size=12), st.tuples(NUMBER))  # a batch of numbers, or an announcement


def at(step: int) -> datetime:
    return THEN + timedelta(seconds=step)


def numbers(missing: tuple[Missing, ...]) -> dict[int, datetime]:
    return {number: range_.opened_at for range_ in missing for number in range(range_.first, range_.last + 1)}


class Naive:
    """Knows every number; `awaited` is when each one that has not come was first noticed to be missing."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.awaited: dict[int, datetime] = {}
        self.end = 0

    def come(self, batch: list[int], now: datetime) -> list[int]:
        forked = []
        for number in batch:
            if number in self.seen:
                forked.append(number)
            self.seen.add(number)
        self.reach(max(batch, default=0), now)
        return forked

    def reach(self, end: int, now: datetime) -> None:
        self.end = max(self.end, end)
        awaited = {n: self.awaited.get(n, now) for n in range(1, self.end + 1) if n not in self.seen}
        self.awaited = awaited


@given(st.lists(STEP, max_size=20))
def test_ranges_know_what_a_set_of_all_numbers_knows(steps: list[list[int] | tuple[int]]) -> None:
    naive, progress = Naive(), SourceProgress()
    for place, step in enumerate(steps):
        if isinstance(step, tuple):
            progress = announce(progress, step[0], at(place))
            naive.reach(step[0], at(place))
        else:
            progress, forked = absorb(progress, step, at(place))
            assert forked == naive.come(step, at(place))
        assert progress.next == naive.end + 1
        assert numbers(progress.missing) == naive.awaited
        assert all(range_.first <= range_.last for range_ in progress.missing)
        assert all(a.last < b.first for a, b in pairwise(progress.missing))


@given(st.permutations(range(1, 25)), st.integers(1, 24))
def test_any_order_in_any_batches_ends_without_a_gap(order: list[int], size: int) -> None:
    progress = SourceProgress()
    for start in range(0, len(order), size):
        progress, forked = absorb(progress, order[start : start + size], THEN)
        assert not forked
    assert progress == SourceProgress(25)


@given(st.lists(NUMBER, max_size=40), st.lists(NUMBER, max_size=10, unique=True))
def test_ranges_without_the_numbers_may_be_left_out(before: list[int], batch: list[int]) -> None:
    progress, _ = absorb(SourceProgress(), before, THEN)
    touched = tuple(m for m in progress.missing if any(m.first <= n <= m.last for n in batch))
    whole, part = absorb(progress, batch, at(1)), absorb(SourceProgress(progress.next, touched), batch, at(1))
    assert whole[1] == part[1] and whole[0].next == part[0].next
    untouched = set(progress.missing) - set(touched)
    assert set(whole[0].missing) == set(part[0].missing) | untouched


def test_a_split_keeps_since_when_and_what_was_made_known() -> None:
    progress = SourceProgress(11, (Missing(3, 10, THEN, gap=7),))
    after, _ = absorb(progress, [5, 10, 11], at(9))
    assert after == SourceProgress(12, (Missing(3, 4, THEN, 7), Missing(6, 9, THEN, 7)))


def test_a_million_missing_numbers_are_one_range() -> None:
    after, _ = absorb(SourceProgress(), [1, 1_000_002], THEN)
    assert after.missing == (Missing(2, 1_000_001, THEN),)
    far, _ = absorb(after, [LAST], THEN)
    assert far.next == LAST + 1 and len(far.missing) == 2
    assert absorb(far, [500], THEN)[0].missing[:2] == (Missing(2, 499, THEN), Missing(501, 1_000_001, THEN))


def test_numbers_no_relay_gives_are_none() -> None:
    assert [readable(text) for text in ("0" * 19 + "1", "7", None, "0", "9" * 20, str(LAST + 1))] == [1, 7, *[None] * 4]


def test_spans() -> None:
    assert number_ranges([3, 1, 2, 7, 7]) == [NumberRange(1, 3), NumberRange(7, 7)] and number_ranges([]) == []
