"""When the sum of many units' secret counts may be told again, so that the difference of two sums is nobody's count.

A published sum is an equation over the reports in it. All equations of a measure and period, on both bases and of all
times, cut the reports into blocks: a block is what stands in exactly the same sums. Whoever adds and subtracts
published sums reaches whole blocks only. So a sum is publishable when afterwards every block holds, besides what any
single reader knows, the reports of two units whose counts can move: one may always be one larger and the other one
smaller, hence neither is found out.

A correction may leave the count as it was, and who guesses so has one unknown less. So this must hold twice: each
revision taken for a count of its own, and those of a unit that say the same for one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

UNKNOWN_UNITS = 2


class Member(NamedTuple):
    """A report in a published sum: a revision of a unit's answer. `secret`: its count. `movable`: that could be one
    larger than it is, by what everybody may read (a count of births stays below the count of women)."""

    obligation_id: UUID
    revision: int
    unit: str
    secret: Decimal
    movable: bool = True


def by_revision(member: Member) -> Hashable:
    return member.obligation_id, member.revision


def by_count(member: Member) -> Hashable:
    """For whoever has guessed which corrections left the count as it was."""
    return member.obligation_id, member.secret


def is_publishable(
    published: Sequence[Collection[Member]],
    candidates: Sequence[Collection[Member]],
    known_to: Mapping[str, Collection[str]],
) -> bool:
    """Whether the sums over `candidates` may be told, after those over `published`.

    `known_to`: unit → the units whose reports its people read, itself among them.
    """
    sums = [*published, *candidates]
    return all(_is_safe(units, known_to) for unknown in (by_revision, by_count) for units in blocks(sums, unknown))


def blocks(
    sums: Sequence[Collection[Member]], unknown: Callable[[Member], Hashable] = by_revision
) -> list[frozenset[str]]:
    """The units of each block whose counts can move. `unknown`: what two members share that are one and the same."""
    pattern: dict[Hashable, set[int]] = defaultdict(set)
    alike: dict[Hashable, list[Member]] = defaultdict(list)
    for position, members in enumerate(sums):
        for member in members:
            pattern[unknown(member)].add(position)
            alike[unknown(member)].append(member)
    units: dict[frozenset[int], set[str]] = defaultdict(set)
    for key, positions in pattern.items():
        of_block = units[frozenset(positions)]
        if all(member.movable for member in alike[key]):
            of_block.add(alike[key][0].unit)
    return [frozenset(of_block) for of_block in units.values()]


def _is_safe(units: frozenset[str], known_to: Mapping[str, Collection[str]]) -> bool:
    """Nobody who reads some of the units is left with fewer than two that he does not read."""
    most_known = max((len(units & set(known)) for known in known_to.values()), default=0)
    return len(units) - most_known >= UNKNOWN_UNITS
