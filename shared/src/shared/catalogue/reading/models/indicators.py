"""indicators.yaml"""

from typing import Annotated

from shared.catalogue.measure import Availability, Direction, MeasureKind, Reference, Wording
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.models.named import NamedEntry
from shared.catalogue.reading.models.units import TenureEntry
from shared.catalogue.reading.scalars import Code, Comparison, Flag, Number, Text, Year, whole


class ObjectiveEntry(NamedEntry):
    number: Annotated[int, whole(1, 99)]


class TargetEntry(Entry):
    year: Year
    op: Comparison
    value: Number
    approximate: Flag = False
    confirmed: Flag = True
    from_onward: Flag = False
    tolerance: Number | None = None
    tolerance_confirmed: Flag = False


class MeasureEntry(NamedEntry):
    code: Code
    unit_vi: Text
    unit_en: Text
    unit_en_one: Text | None = None
    direction: Direction
    kind: MeasureKind
    numerator: Code
    denominator: Code | None = None
    scale: Number
    decimals: Annotated[int, whole(0, 6)]
    targets: tuple[TargetEntry, ...] = ()
    numerator_persons: Code | None = None
    denominator_persons: Code | None = None
    tested_by: Code | None = None
    partly_by: Code | None = None
    share: Flag = False
    floor: Number | None = None
    baseline: Number | None = None
    quarter_minimum: Number | None = None
    availability: Availability
    reference: Reference
    national_targets: tuple[TargetEntry, ...] = ()
    note_vi: Text | None = None
    note_en: Text | None = None


class IndicatorEntry(NamedEntry):
    code: Code
    objective: Annotated[int, whole(1, 99)]
    seed_ref: Text
    wording: Wording
    source: Code | None = None
    owners: tuple[TenureEntry, ...]
    split_by: Code | None = None
    contributes: tuple[Code, ...] = ()
    sensitive: Flag = False
    measures: tuple[MeasureEntry, ...]


class IndicatorsFile(Entry):
    objectives: tuple[ObjectiveEntry, ...]
    indicators: tuple[IndicatorEntry, ...]

    @property
    def measures(self) -> tuple[MeasureEntry, ...]:
        return tuple(measure for indicator in self.indicators for measure in indicator.measures)
