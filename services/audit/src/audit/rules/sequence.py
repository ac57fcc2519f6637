"""Which numbers of a source have come. Every event of a source has the next number, so a hole is an event not context.

Events of several topics and partitions overtake each other; whatever the order, the state afterwards is the same. Holes
are kept as ranges: the work grows with the numbers that came, never with those missing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

FIRST = 1
# One less than the largest bigint: the number after it must still fit.
LAST = 2**63 - 2


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The numbers `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Numbers that have not come. `gap` is the id of the gap that was made known of them, None before."""

    first: int
    last: int
    opened_at: datetime
    gap: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Every number below `next` has come or is in `missing` (ascending, disjoint); none from `next` on has come."""

    next: int = FIRST
    missing: tuple[Missing, ...] = ()


def readable(sequence: str | None) -> int | None:
    """The envelope's `sequence` as a number; None for one that no relay gives."""
    number = int(sequence) if sequence else 0
    return number if FIRST <= number <= LAST else None


def absorb(known: Progress, numbers: Iterable[int], now: datetime) -> tuple[Progress, list[int]]:
    """The state after new events with these numbers, in any order, and the numbers that had come before (`forked`).

    `known.missing` may leave out ranges that hold none of the numbers. Each event is given once, so a number that comes
    again belongs to another event: the source has told two different things under it.
    """
    came: set[int] = set()
    forked: list[int] = []
    starts = [range_.first for range_ in known.missing]
    for number in numbers:
        expected = number >= known.next or _holds(known.missing, starts, number)
        if number in came or not expected:
            forked.append(number)
        else:
            came.add(number)
    ordered = sorted(came)
    late, ahead = _split(ordered, known.next)
    missing = [part for range_ in known.missing for part in _without(range_, late)]
    expected_next = known.next
    for number in ahead:
        if number > expected_next:
            missing.append(Missing(expected_next, number - 1, now))
        expected_next = number + 1
    return Progress(expected_next, tuple(missing)), forked


def announce(known: Progress, sequence: int, now: datetime) -> Progress:
    """The state after the source has said that `sequence` was its last: what has not come of it is missing."""
    if sequence < known.next:
        return known
    return Progress(sequence + 1, (*known.missing, Missing(known.next, sequence, now)))


def spans(numbers: Iterable[int]) -> list[Span]:
    """Neighbouring numbers put together: 3, 1, 2, 7 → 1-3, 7-7."""
    found: list[Span] = []
    for number in sorted(set(numbers)):
        if found and found[-1].last == number - 1:
            found[-1] = replace(found[-1], last=number)
        else:
            found.append(Span(number, number))
    return found


def _holds(missing: Sequence[Missing], starts: Sequence[int], number: int) -> bool:
    place = bisect_right(starts, number) - 1
    return place >= 0 and missing[place].last >= number


def _split(ordered: list[int], at: int) -> tuple[list[int], list[int]]:
    place = bisect_left(ordered, at)
    return ordered[:place], ordered[place:]


def _without(range_: Missing, ordered: list[int]) -> Iterable[Missing]:
    """What is left of the range when the numbers inside it have come."""
    first = range_.first
    inside = ordered[bisect_left(ordered, range_.first) : bisect_right(ordered, range_.last)]
    for number in inside:
        if number > first:
            yield replace(range_, first=first, last=number - 1)
        first = number + 1
    if first <= range_.last:
        yield replace(range_, first=first)
