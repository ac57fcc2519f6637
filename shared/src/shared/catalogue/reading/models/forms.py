"""obligations.yaml and forms.yaml"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from shared.calendar import Frequency
from shared.catalogue.obligation import ObligationKind, Recurrence
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.models.named import NamedEntry, TitledEntry
from shared.catalogue.reading.scalars import Code, Day, Flag, Number, Text, Year
from shared.catalogue.reading.source import Items, Mapping, Node, Scalar
from shared.catalogue.unit import TreeLevel


class ObligationEntry(NamedEntry):
    code: Code
    kind: ObligationKind
    by: tuple[Code, ...] = ()
    to: tuple[Code, ...] = ()
    via: Code | None = None
    every: Recurrence
    year: Year | None = None
    due: Code | None = None
    quote: Text
    lines: Text
    confirmed: Flag = True
    note: Text | None = None


class ObligationsFile(Entry):
    obligations: tuple[ObligationEntry, ...]


class FieldEntry(Entry):
    element: Code
    cell: Text | None = None


class ShareCheckEntry(Entry):
    kind: Literal["numerator_le_denominator"]
    left: Code = Field(alias="numerator")
    right: Code = Field(alias="denominator")


class HoursCheckEntry(Entry):
    kind: Literal["hours_of_persons"]
    left: Code = Field(alias="hours")
    right: Code = Field(alias="persons")
    at_least: Number
    at_most: Number


class RatioCheckEntry(Entry):
    kind: Literal["plausible_ratio"]
    left: Code = Field(alias="numerator")
    right: Code = Field(alias="denominator")
    at_least: Number
    at_most: Number
    floor: Number


def _kind_of_check(node: Node) -> str | None:
    kind = node.entries.get("kind") if isinstance(node, Mapping) else None
    return kind.text if isinstance(kind, Scalar) else None


CheckEntry = Annotated[
    Annotated[ShareCheckEntry, Tag("numerator_le_denominator")]
    | Annotated[HoursCheckEntry, Tag("hours_of_persons")]
    | Annotated[RatioCheckEntry, Tag("plausible_ratio")],
    Discriminator(_kind_of_check),
]


class NarrativeEntry(NamedEntry):
    code: Code
    required: Flag = False


class AssignmentEntry(Entry):
    units: tuple[Code, ...] = ()
    levels: tuple[TreeLevel, ...] = ()
    excluded: tuple[Code, ...] = Field(default=(), alias="except")
    valid_from: Day
    valid_to: Day | None = None
    confirmed: Flag = True


class FormEntry(TitledEntry):
    code: Code
    obligation: Code
    frequency: Frequency
    due: Code
    fields: tuple[FieldEntry, ...] = ()
    checks: tuple[CheckEntry, ...] = ()
    narrative: tuple[NarrativeEntry, ...] = ()
    assigned: tuple[AssignmentEntry, ...]
    note: Text | None = None

    @classmethod
    def prepared(cls, node: Mapping) -> Mapping:
        """A field that is a plain code is a mapping with only that element."""
        listed = node.entries.get("fields")
        if not isinstance(listed, Items):
            return node
        items = [
            Mapping({"element": item}, item.location) if isinstance(item, Scalar) else item for item in listed.items
        ]
        return Mapping({**node.entries, "fields": Items(list(items), listed.location)}, node.location)


class FormsFile(Entry):
    forms: tuple[FormEntry, ...]
