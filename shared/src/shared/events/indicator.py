"""`indicators.v1`: the value of a measure, whenever it changed."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events import topics
from shared.events.data import Assessment, Code, Count, EventData, SumNumber, Version


class SummedReport(BaseModel):
    """A report in a sum: a revision of the answer to an obligation."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    obligation_id: UUID
    revision: Version


class IndicatorFigures(BaseModel):
    """A value on one basis, never without its coverage: units reported of units expected.

    `needs_check`: it rests on a figure marked `implausible`, of a report that no coordinator has accepted.
    `reports` and `provisional` (an estimate is in it) are told of sums that are published in batches alone: whose
    reports they add up. None in events of before December 2026.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    value: SumNumber | None = None
    numerator: SumNumber | None = None
    denominator: SumNumber | None = None
    reported: Count
    expected: Count
    assessment: Assessment
    needs_check: bool = False
    provisional: bool | None = None
    reports: list[SummedReport] | None = None


class IndicatorAggregated(EventData):
    topic: ClassVar[str] = topics.INDICATORS
    sources: ClassVar[tuple[str, ...]] = ("/aggregation",)
    type: ClassVar[str] = "vn.tiendo.indicator.aggregated.v1"
    measure: Code
    indicator: Code
    unit: Code
    period: Code
    as_of: datetime
    values: dict[Literal["received", "accepted"], IndicatorFigures]
    causes: list[UUID] = Field(default_factory=list, max_length=500)
