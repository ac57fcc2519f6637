"""elements.yaml"""

from shared.catalogue.element import ElementKind
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.models.named import NamedEntry
from shared.catalogue.reading.scalars import Code, Flag, Text


class CategoryEntry(NamedEntry):
    id: Code


class DimensionEntry(NamedEntry):
    id: Code
    categories: tuple[CategoryEntry, ...]


class ElementEntry(NamedEntry):
    id: Code
    kind: ElementKind
    unit_vi: Text
    unit_en: Text
    required_by: Code | None = None
    optional_by: tuple[Code, ...] = ()
    sensitive: Flag = False
    derived: Code | None = None
    may_be_not_applicable: Flag = False


class ElementsFile(Entry):
    dimensions: tuple[DimensionEntry, ...]
    elements: tuple[ElementEntry, ...]
