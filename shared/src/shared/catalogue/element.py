from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, assert_never

from shared.text.decimals import LARGEST, PLACES, decimals_of

ElementKind = Literal["count", "flag", "hours", "persons"]
Misfit = Literal["negative", "too_large", "not_whole", "not_flag", "too_many_decimals"]
"""Why a number cannot be the value of an element of its kind."""


@dataclass(frozen=True, slots=True)
class Category:
    id: str
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Dimension:
    id: str
    name_vi: str
    name_en: str
    categories: tuple[Category, ...]

    @property
    def category_ids(self) -> tuple[str, ...]:
        return tuple(category.id for category in self.categories)


@dataclass(frozen=True, slots=True)
class LastYearBand:
    """`at_least` to `at_most` times last year's figure of the same unit and cell.

    Last year's figure counts as `floor` at least when this year's is called too high; below `floor` none is too low.
    """

    at_least: Decimal
    at_most: Decimal
    floor: Decimal


@dataclass(frozen=True, slots=True)
class LikeUnitsBand:
    """Too high: above `at_most` times the median (counted as `floor` at least) of the units of the same level, and
    above their upper quartile by more than `spread` times the distance of the quartiles. Asked of `reported` or more.
    """

    at_most: Decimal
    spread: Decimal
    floor: Decimal
    reported: int


@dataclass(frozen=True, slots=True)
class Bands:
    """Within what a figure is taken without a question (docs/domain.md 3.6). None: it is not compared so."""

    last_year: LastYearBand | None = None
    like_units: LikeUnitsBand | None = None


NO_BANDS = Bands()


@dataclass(frozen=True, slots=True)
class DataElement:
    """What is counted and reported. required_by: a cell per category, no total; optional_by: a total, optional parts.

    count and persons are whole numbers, hours may be fractions, a flag is 0 or 1.
    may_be_not_applicable: “không phát sinh” may stand for a number; elsewhere it
    would take the unit out of a sum and still count it as reported.
    within: open counts of the same form that together a sensitive one hardly exceeds, and everybody knows it.
    """

    id: str
    name_vi: str
    name_en: str
    kind: ElementKind
    unit_vi: str
    unit_en: str
    required_by: str | None = None
    optional_by: tuple[str, ...] = ()
    sensitive: bool = False
    within: tuple[str, ...] = ()
    derived: str | None = None
    may_be_not_applicable: bool = False
    bands: Bands = NO_BANDS


def is_whole(kind: ElementKind) -> bool:
    """Whether a value of this kind has no decimals."""
    match kind:
        case "count" | "persons" | "flag":
            return True
        case "hours":
            return False
        case _:
            assert_never(kind)


def misfit(kind: ElementKind | None, value: Decimal) -> Misfit | None:
    """What is wrong with a number as the value of an element of this kind; None when nothing is.

    No kind: of an element that is not known, of which only the bounds of all figures can be asked.
    """
    if kind == "flag":
        return None if value in (0, 1) else "not_flag"
    if value < 0:
        return "negative"
    if value > LARGEST:
        return "too_large"
    if kind is not None and is_whole(kind):
        return None if value == int(value) else "not_whole"
    return "too_many_decimals" if decimals_of(value) > PLACES else None
