"""elements.yaml"""

from typing import Literal

from shared.catalogue.element import ElementKind
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.models.named import NamedEntry
from shared.catalogue.reading.scalars import Code, Count, Flag, Number, Text


class CategoryEntry(NamedEntry):
    id: Code


class DimensionEntry(NamedEntry):
    id: Code
    categories: tuple[CategoryEntry, ...]


class LastYearEntry(Entry):
    at_least: Number
    at_most: Number
    floor: Number


class LikeUnitsEntry(Entry):
    at_most: Number
    spread: Number
    floor: Number
    reported: Count


class BandsEntry(Entry):
    last_year: LastYearEntry | None = None
    like_units: LikeUnitsEntry | None = None


class KindBandsEntry(BandsEntry):
    """What holds for every element of a kind that does not say otherwise. A flag is yes or no: nothing to compare."""

    kind: Literal["count", "hours", "persons"]


class ElementEntry(NamedEntry):
    id: Code
    kind: ElementKind
    unit_vi: Text
    unit_en: Text
    required_by: Code | None = None
    optional_by: tuple[Code, ...] = ()
    sensitive: Flag = False
    within: tuple[Code, ...] = ()
    derived: Code | None = None
    may_be_not_applicable: Flag = False
    bands: BandsEntry | None = None


class ElementsFile(Entry):
    dimensions: tuple[DimensionEntry, ...]
    elements: tuple[ElementEntry, ...]
    bands: tuple[KindBandsEntry, ...] = ()
