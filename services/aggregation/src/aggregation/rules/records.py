"""What the store reads and writes, as the rules see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from aggregation.rules.fact import Fact
from aggregation.rules.revision import Basis, Revision
from shared.events import Assessment


class ObligationRecord(NamedTuple):
    """An opened obligation: who owes which form for which period."""

    obligation_id: UUID
    obligation: str
    form: str
    unit: str
    period: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class AnswerRecord:
    """An obligation with the revisions that can count (`counting`)."""

    obligation: ObligationRecord
    revisions: tuple[Revision, ...] = ()


class FactKey(NamedTuple):
    source: UUID
    element: str
    disaggregation: str
    basis: Basis


@dataclass(frozen=True)
class FactRow:
    key: FactKey
    unit: str
    period: str
    fact: Fact


class CellKey(NamedTuple):
    unit: str
    period: str
    element: str
    disaggregation: str
    basis: Basis


class ValueKey(NamedTuple):
    measure: str
    unit: str
    period: str
    basis: Basis


@dataclass(frozen=True)
class ValuePart:
    """The figure of one category as stored. `meets` the target of the period's year; None when it is not judged."""

    dimension: str
    category: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    reported: int
    expected: int
    meets: bool | None

    @property
    def nothing_occurred(self) -> bool:
        return nothing_of(self)


@dataclass(frozen=True)
class Value:
    """An indicator value as stored. `parts` are the figures of the categories it is judged by.

    `needs_check`: it rests on a figure in doubt, of a report that no coordinator has accepted.
    `suppressed`: numbers are withheld from the reader (`disclosure`); never stored.
    """

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    reported: int
    expected: int
    assessment: Assessment
    provisional: bool = False
    below_floor: bool = False
    above_whole: bool = False
    parts: tuple[ValuePart, ...] = ()
    as_of: datetime | None = field(default=None, compare=False)
    suppressed: bool = False
    needs_check: bool = False

    @property
    def incomplete(self) -> bool:
        """A number stands here, and units that owe a part of it have yet to report."""
        return self.value is not None and self.reported < self.expected

    @property
    def unsettled(self) -> bool:
        """A number stands here that is not to be read as a result yet: it is shown muted and hatched."""
        return self.incomplete or (self.value is not None and self.needs_check)

    @property
    def nothing_occurred(self) -> bool:
        return not self.suppressed and nothing_of(self)


def nothing_of(figures: Value | ValuePart) -> bool:
    """Không phát sinh: who has reported has nothing to divide by, and counted nothing above it either."""
    return figures.value is None and figures.reported > 0 and not figures.numerator and not figures.denominator


@dataclass(frozen=True)
class RebuildRecord:
    """The result of a rebuild. Checksums are SHA-256 in hex.

    `differing`: table → rows that differ, of the tables that do.
    """

    id: UUID
    origin: Literal["log", "topic"]
    started_by: str
    started_at: datetime
    finished_at: datetime
    events: int
    facts: int
    live_checksum: str
    rebuilt_checksum: str
    equal: bool
    swapped: bool
    differing: Mapping[str, int]
