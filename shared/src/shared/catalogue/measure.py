from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, assert_never

from shared.catalogue.unit import Tenure

MeasureKind = Literal["ratio_of_sums", "flag_count", "ratio_of_means", "milestone", "national_only", "every_quarter"]
Direction = Literal["higher", "lower"]
Operator = Literal[">=", ">", "<=", "<"]
Wording = Literal["confirmed", "numbers", "unconfirmed"]
Reference = Literal["reporting_year", "school_year", "survey_year"]
Availability = Literal["admin", "gso_survey", "gso_census", "milestone"]


@dataclass(frozen=True, slots=True)
class Target:
    """What counts as met in a year. approximate = the plan says "khoảng"; from_onward = it stands in later years.

    tolerance: how far beside an approximate value still counts as met, in the measure's unit. tolerance_confirmed =
    a text of law gives it; otherwise it is this project's (docs/decisions/0016).
    """

    year: int
    op: Operator
    value: Decimal
    approximate: bool = False
    confirmed: bool = True
    from_onward: bool = False
    tolerance: Decimal | None = None
    tolerance_confirmed: bool = False

    @property
    def bound(self) -> Decimal:
        """What a value is compared with: the target, eased by the tolerance of "khoảng"."""
        eased = self.tolerance or Decimal(0)
        match self.op:
            case ">=" | ">":
                return self.value - eased
            case "<=" | "<":
                return self.value + eased
            case _:
                assert_never(self.op)


@dataclass(frozen=True, slots=True)
class Measure:
    """A formula over elements: scale x numerator / denominator, both summed over the units.

    flag_count: numerator is a yes/no element, the denominator counts the units that answered. ratio_of_means: hours per
    person of one group over hours per person of the other. every_quarter: units with at least quarter_minimum in each
    quarter, over units. milestone and national_only: the numerator itself. unit_en_one: the unit after the number 1,
    where English has another word for it.
    """

    code: str
    indicator: str
    name_vi: str
    name_en: str
    unit_vi: str
    unit_en: str
    direction: Direction
    kind: MeasureKind
    numerator: str
    denominator: str | None
    scale: Decimal
    decimals: int
    targets: tuple[Target, ...]
    numerator_persons: str | None = None
    denominator_persons: str | None = None
    tested_by: str | None = None
    partly_by: str | None = None
    share: bool = False
    floor: Decimal | None = None
    baseline: Decimal | None = None
    quarter_minimum: Decimal | None = None
    availability: Availability = "admin"
    reference: Reference = "reporting_year"
    national_targets: tuple[Target, ...] = ()
    sensitive: bool = False
    note_vi: str | None = None
    note_en: str | None = None
    unit_en_one: str | None = None

    @property
    def elements(self) -> tuple[str, ...]:
        parts = (self.numerator, self.numerator_persons, self.denominator, self.denominator_persons)
        return tuple(part for part in parts if part is not None)

    def target_for(self, year: int) -> Target | None:
        """The target of exactly this year, else the latest standing one begun before it, else None."""
        found: Target | None = None
        for target in self.targets:
            if target.year == year:
                return target
            if target.from_onward and target.year < year and (found is None or target.year > found.year):
                found = target
        return found

    def next_target(self, year: int) -> Target | None:
        """The target to show in this year: that of the year, else the nearest one ahead, else None."""
        ahead = sorted((target for target in self.targets if target.year >= year), key=lambda target: target.year)
        return self.target_for(year) or (ahead[0] if ahead else None)


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator in the plan's own words. Owners are dated; split_by names the dimension two owners share it by."""

    code: str
    objective: int
    seed_ref: str
    name_vi: str
    name_en: str
    wording: Wording
    source: str | None
    owners: tuple[Tenure, ...]
    split_by: str | None = None
    contributes: tuple[str, ...] = ()
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Objective:
    number: int
    name_vi: str
    name_en: str
