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
class DataElement:
    """What is counted and reported. required_by: a cell per category, no total; optional_by: a total, optional parts.

    count and persons are whole numbers, hours may be fractions, a flag is 0 or 1.
    may_be_not_applicable: “không phát sinh” may stand for a number; elsewhere it
    would take the unit out of a sum and still count it as reported.
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
    derived: str | None = None
    may_be_not_applicable: bool = False


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
    if value < 0:
        return "negative"
    if value > LARGEST:
        return "too_large"
    if kind == "flag":
        return None if value in (0, 1) else "not_flag"
    if kind is not None and is_whole(kind):
        return None if value == value.to_integral_value() else "not_whole"
    return "too_many_decimals" if decimals_of(value) > PLACES else None
