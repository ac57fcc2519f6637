"""units.yaml and agencies.yaml"""

from typing import Literal

from pydantic import Field

from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.models.named import NamedEntry
from shared.catalogue.reading.scalars import Code, Day, Flag, Text
from shared.catalogue.unit import TreeLevel


class TenureEntry(Entry):
    unit: Code
    valid_from: Day
    valid_to: Day | None = None
    part: Code | None = None
    confirmed: Flag = True
    quote: Text | None = None


class UnitEntry(NamedEntry):
    code: Code
    kind: Code
    valid_from: Day
    valid_to: Day | None = None
    aliases: tuple[Text, ...] = ()
    role: Code | None = None
    confirmed: Flag = True
    note: Text | None = None


class AreaEntry(UnitEntry):
    level: Literal["district", "commune"]
    parent: Code
    abolished: Flag = False


class MergeEntry(Entry):
    on: Day
    into: Code
    sources: tuple[Code, ...] = Field(default=(), alias="from")
    confirmed: Flag = True


class UnitsFile(Entry):
    root: UnitEntry
    units: tuple[AreaEntry, ...]
    merges: tuple[MergeEntry, ...] = ()


class SuccessorEntry(Entry):
    code: Code
    confirmed: Flag = True


class BodyEntry(UnitEntry):
    successors: tuple[SuccessorEntry, ...] = ()
    abolished: Flag = False


class GroupEntry(NamedEntry):
    code: Code
    levels: tuple[TreeLevel, ...] = ()
    excluded: tuple[Code, ...] = Field(default=(), alias="except")
    successor: Code | None = None


class AgenciesFile(Entry):
    agencies: tuple[BodyEntry, ...]
    receivers: tuple[BodyEntry, ...] = ()
    groups: tuple[GroupEntry, ...] = ()
    coordinator: tuple[TenureEntry, ...]
