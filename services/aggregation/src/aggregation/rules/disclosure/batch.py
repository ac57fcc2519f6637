"""When the sum of many units' secret counts may be told again, so that the difference of two sums is nobody's count.

A published sum is an equation over the reports in it. All equations of a measure and period, on both bases and of all
times, cut the reports into blocks: a block is what stands in exactly the same sums. Whoever adds and subtracts
published sums reaches whole blocks only. So a sum is publishable when afterwards every block holds, besides what any
single reader knows, the reports of two units whose counts can move: one may always be one larger and the other one
smaller, hence neither is found out.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

UNKNOWN_UNITS = 2


class Member(NamedTuple):
    """A report in a published sum: a revision of a unit's answer. `movable`: its secret count could be one larger than
    it is, by what everybody may read (a count of births stays below the count of women)."""

    obligation_id: UUID
    revision: int
    unit: str
    movable: bool = True


def is_publishable(
    published: Sequence[Collection[Member]],
    candidates: Sequence[Collection[Member]],
    known_to: Mapping[str, Collection[str]],
) -> bool:
    """Whether the sums over `candidates` may be told, after those over `published`.

    `known_to`: unit → the units whose reports its people read, itself among them.
    """
    return all(_is_safe(units, known_to) for units in blocks([*published, *candidates]))


def blocks(sums: Sequence[Collection[Member]]) -> list[frozenset[str]]:
    """The units of each block whose counts can move."""
    pattern: dict[Member, list[int]] = defaultdict(list)
    for position, members in enumerate(sums):
        for member in members:
            pattern[member].append(position)
    units: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for member, positions in pattern.items():
        of_block = units[tuple(positions)]
        if member.movable:
            of_block.add(member.unit)
    return [frozenset(of_block) for of_block in units.values()]


def _is_safe(units: frozenset[str], known_to: Mapping[str, Collection[str]]) -> bool:
    """Nobody who reads some of the units is left with fewer than two that he does not read."""
    most_known = max((len(units & set(known)) for known in known_to.values()), default=0)
    return len(units) - most_known >= UNKNOWN_UNITS
