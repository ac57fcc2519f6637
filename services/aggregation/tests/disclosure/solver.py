"""What follows from sums about a single number: linear programming over whole numbers (HiGHS, by SciPy)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


class Unknown(NamedTuple):
    """The secret count of one revision of one obligation."""

    obligation_id: UUID
    revision: int


@dataclass(frozen=True)
class Sum:
    """`least` ≤ the sum over `of` less that over `less` ≤ `most`; `by` says where it was read."""

    of: frozenset[Unknown]
    least: float
    most: float
    by: str
    less: frozenset[Unknown] = frozenset()

    @classmethod
    def unchanged(cls, before: Unknown, now: Unknown, by: str) -> "Sum":
        """What a correction left as it was."""
        return cls(frozenset({now}), 0, 0, by, frozenset({before}))


@dataclass
class Knowledge:
    """All that somebody has read so far. `room`: the largest number that each unknown can be."""

    room: dict[Unknown, int] = field(default_factory=dict)
    sums: dict[Sum, None] = field(default_factory=dict)

    def learn(self, sums: Sequence[Sum]) -> bool:
        """Whether anything was new."""
        before = len(self.sums)
        self.sums |= dict.fromkeys(sums)
        return len(self.sums) != before

    def bounds(self, target: Unknown) -> tuple[int, int]:
        """The smallest and the largest number that the target can be. Raises AssertionError when nothing fits."""
        unknowns = sorted({target} | {one for known in self.sums for one in known.of | known.less})
        position = {one: i for i, one in enumerate(unknowns)}
        matrix = np.zeros((max(1, len(self.sums)), len(unknowns)))
        least, most = np.full(len(matrix), -np.inf), np.full(len(matrix), np.inf)
        for row, known in enumerate(self.sums):
            matrix[row, [position[one] for one in known.of]] = 1
            matrix[row, [position[one] for one in known.less]] = -1
            least[row], most[row] = known.least, known.most
        goal = np.zeros(len(unknowns))
        goal[position[target]] = 1
        room = np.array([self.room.get(one, 100_000) for one in unknowns], dtype=float)
        found = [
            milp(sign * goal, constraints=LinearConstraint(matrix, least, most), integrality=1, bounds=Bounds(0, room))
            for sign in (1, -1)
        ]
        assert all(one.success for one in found), "the numbers that were read contradict each other"
        return round(found[0].fun), round(-found[1].fun)

    def tells(self, target: Unknown) -> int | None:
        """The target's number where no other one is possible."""
        least, most = self.bounds(target)
        return least if least == most else None
