"""What the API answers (docs/design.md 6.3). Decimals are strings."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, PlainSerializer

from shared.catalogue.measure import Operator
from shared.events import Assessment

Number = Annotated[Decimal, PlainSerializer(lambda v: format(v, "f"), return_type=str, when_used="json")]
Basis = Literal["received", "accepted"]


class TargetSchema(BaseModel):
    """`binding`: it is the target of the period's own year (or stands from then on); else it only lies ahead.

    `tolerance`: how far beside an approximate `value` still counts as met, in the measure's unit; `tolerance_confirmed`
    says that a text of law gives it.
    """

    op: Operator
    value: Number
    year: int
    approximate: bool
    confirmed: bool
    binding: bool
    tolerance: Number | None = None
    tolerance_confirmed: bool = False


class PartSchema(BaseModel):
    dimension: str
    category: str
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    reported: int
    expected: int
    meets: bool | None


class IndicatorSchema(BaseModel):
    """`code` and `measure` are the measure's code (`3.2a`), `indicator` the indicator's (`3.2`).

    `suppressed`: numbers are withheld, because a sensitive count is small or could be told from the difference of two.
    So is `as_of`, by which one would see that a correction has left it as it was.

    `needs_check`: it rests on a figure in doubt, of a report that no coordinator has accepted; it is not judged.

    `out_of_reach`: units are missing, and whatever they report, the target of the year is not met; null where it was
    not looked at (a value of the past). Only measures counted in quarters can tell.

    A `value` of null is 0/0 when the assessment is `not_applicable` (không phát sinh), else nothing comparable came in.
    """

    code: str
    measure: str
    indicator: str
    name: str
    unit_of_measure: str
    unit: str
    period: str
    basis: Basis
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    reported: int
    expected: int
    target: TargetSchema | None
    assessment: Assessment
    provisional: bool
    below_floor: bool
    above_whole: bool
    parts: list[PartSchema]
    as_of: datetime | None
    suppressed: bool
    needs_check: bool
    out_of_reach: bool | None = None


class Indicators(BaseModel):
    items: list[IndicatorSchema]
    next: str | None = None


class HistoryItem(BaseModel):
    measure: str
    unit: str
    period: str
    basis: Basis
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    reported: int
    expected: int
    assessment: Assessment
    provisional: bool
    as_of: datetime
    suppressed: bool
    needs_check: bool


class History(BaseModel):
    items: list[HistoryItem]
    next: str | None = None


class CellSchema(BaseModel):
    element: str
    disaggregation: str
    value: Number | None
    valued: int
    reported: int
    expected: int
    estimates: int
    implausible: int
    suppressed: bool


class ContributionSchema(BaseModel):
    """`value` is suppressed when it is a sensitive count and neither the reader's own nor the reader an auditor's.

    `implausible`: in doubt, and not accepted by a coordinator yet.
    """

    unit: str
    period: str
    form: str
    obligation_id: UUID
    submission_id: UUID | None
    revision: int
    element: str
    disaggregation: str
    value: Number | None
    status: str
    suppressed: bool
    illustrative: bool
    implausible: bool


class Explanation(BaseModel):
    indicator: IndicatorSchema
    cells: list[CellSchema]
    contributions: list[ContributionSchema]
    truncated: bool


class Explanations(BaseModel):
    """One per measure of the code asked for."""

    items: list[Explanation]
    next: str | None = None


class CoverageItem(BaseModel):
    unit: str
    form: str
    period: str
    obligation_id: UUID
    due_at: datetime | None
    received: bool
    accepted: bool


class CoverageTotal(BaseModel):
    form: str
    expected: int
    received: int
    accepted: int


class Coverage(BaseModel):
    items: list[CoverageItem]
    totals: list[CoverageTotal]
    next: str | None = None


class RebuildSchema(BaseModel):
    """`differing`: table → rows that differ, of the tables that do. Checksums: as in `ChecksumSchema`."""

    id: UUID
    origin: Literal["log", "topic"]
    started_at: datetime
    finished_at: datetime
    events: int
    facts: int
    live_checksum: str | None
    rebuilt_checksum: str | None
    equal: bool
    swapped: bool
    differing: dict[str, int]


class TableSumSchema(BaseModel):
    """Rows that say something, and their SHA-256."""

    table: str
    rows: int
    checksum: str | None


class ChecksumSchema(BaseModel):
    """Checksums are null for ops: of a state in which one count is not known they tell it to whoever tries."""

    checksum: str | None
    facts: int
    computed_at: datetime
    tables: list[TableSumSchema]
    latest: RebuildSchema | None
