from dataclasses import dataclass
from typing import Literal

ElementKind = Literal["count", "flag", "hours", "persons"]


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
