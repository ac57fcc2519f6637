"""Which numbers of a source have arrived.

A source gives each event the next number, so a hole in the numbers is an event that has not arrived. Events of several
topics and partitions overtake each other; the state afterwards does not depend on the order. Holes are kept as ranges:
the work grows with the numbers that arrived, never with the numbers that are missing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

FIRST = 1
# One less than the largest bigint: the number after it must still fit.
LAST = 2**63 - 2


@dataclass(frozen=True, slots=True, order=True)
class NumberRange:
    """The numbers `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Numbers that have not arrived. `gap` is the id of the gap that people see, None before there is one."""

    first: int
    last: int
    opened_at: datetime
    gap: int | None = None


@dataclass(frozen=True, slots=True)
class SourceProgress:
    """Every number below `next` has arrived or is in `missing` (ascending, disjoint); no number from `next` on has.

    `heard_at`: when the source was heard the last time before, `announced_at`: the time of its last heartbeat by its
    own clock; None for never.
    """

    next: int = FIRST
    missing: tuple[Missing, ...] = ()
    heard_at: datetime | None = None
    announced_at: datetime | None = None


def readable(sequence: str | None) -> int | None:
    """The envelope's `sequence` as a number; None for one that no relay gives."""
    number = int(sequence) if sequence else 0
    return number if FIRST <= number <= LAST else None


def absorb(progress: SourceProgress, numbers: Iterable[int], now: datetime) -> tuple[SourceProgress, list[int]]:
    """The progress after new events with these numbers, in any order, and the numbers that were used before (`forked`).

    `progress.missing` may leave out ranges that hold none of the numbers. Each event is given once, so a number that
    arrives again belongs to another event: the source has sent two different events under one number.
    """
    arrived: set[int] = set()
    forked: list[int] = []
    starts = [range_.first for range_ in progress.missing]
    for number in numbers:
        expected = number >= progress.next or _holds(progress.missing, starts, number)
        if number in arrived or not expected:
            forked.append(number)
        else:
            arrived.add(number)
    ordered = sorted(arrived)
    late, ahead = _split(ordered, progress.next)
    missing = [part for range_ in progress.missing for part in _without(range_, late)]
    expected_next = progress.next
    for number in ahead:
        if number > expected_next:
            missing.append(Missing(expected_next, number - 1, now))
        expected_next = number + 1
    return replace(progress, next=expected_next, missing=tuple(missing)), forked


def announce(progress: SourceProgress, sequence: int, now: datetime) -> SourceProgress:
    """The progress after the source has said that `sequence` was its last number: what has not arrived is missing."""
    if sequence < progress.next:
        return progress
    missing = (*progress.missing, Missing(progress.next, sequence, now))
    return replace(progress, next=sequence + 1, missing=missing)


def number_ranges(numbers: Iterable[int]) -> list[NumberRange]:
    """Neighbouring numbers as one range: 3, 1, 2, 7 → 1-3, 7-7."""
    ranges: list[NumberRange] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1].last == number - 1:
            ranges[-1] = replace(ranges[-1], last=number)
        else:
            ranges.append(NumberRange(number, number))
    return ranges


def _holds(missing: Sequence[Missing], starts: Sequence[int], number: int) -> bool:
    position = bisect_right(starts, number) - 1
    return position >= 0 and missing[position].last >= number


def _split(ordered: list[int], at: int) -> tuple[list[int], list[int]]:
    position = bisect_left(ordered, at)
    return ordered[:position], ordered[position:]


def _without(range_: Missing, ordered: list[int]) -> Iterable[Missing]:
    """What is left of the range when the numbers inside it have arrived."""
    first = range_.first
    inside = ordered[bisect_left(ordered, range_.first) : bisect_right(ordered, range_.last)]
    for number in inside:
        if number > first:
            yield replace(range_, first=first, last=number - 1)
        first = number + 1
    if first <= range_.last:
        yield replace(range_, first=first)
