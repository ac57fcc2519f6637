"""The eight files of a plan. To add a key, add its line here, and to the dataclass that carries it on."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from shared.calendar import Frequency
from shared.calendar.due import Weekend
from shared.catalogue.element import ElementKind
from shared.catalogue.measure import Availability, Direction, MeasureKind, Reference, Wording
from shared.catalogue.obligation import ObligationKind, Recurrence
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.scalars import Code, Comparison, Day, Flag, LastOrMonth, Number, Text, Year, whole
from shared.catalogue.reading.source import Items, Mapping, Node, Scalar
from shared.catalogue.unit import TreeLevel


class NamedEntry(Entry):
    name_vi: Text = Field(alias="vi")
    name_en: Text = Field(alias="en")


class TitledEntry(Entry):
    title_vi: Text = Field(alias="vi")
    title_en: Text = Field(alias="en")


class TenureEntry(Entry):
    unit: Code
    valid_from: Day
    valid_to: Day | None = None
    part: Code | None = None
    confirmed: Flag = True
    quote: Text | None = None


# plan.yaml


class MilestoneEntry(NamedEntry):
    year: Year


class BreakEntry(NamedEntry):
    day: Day = Field(alias="date")
    note_vi: Text
    note_en: Text


class PlanEntry(TitledEntry):
    code: Code
    number: Text
    title_confirmed: Flag = False
    issuer_vi: Text
    issuer_en: Text
    signed_on: Day
    valid_from: Day
    valid_to: Day
    milestones: tuple[MilestoneEntry, ...]
    breaks: tuple[BreakEntry, ...]
    root: Code


class DocumentEntry(TitledEntry):
    code: Code
    number: Text
    signed_on: Day


class SourceEntry(Entry):
    code: Code
    title: Text


class PlanFile(Entry):
    plan: PlanEntry
    documents: tuple[DocumentEntry, ...]
    sources: tuple[SourceEntry, ...]


# elements.yaml


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


# units.yaml and agencies.yaml


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


# calendar.yaml


class WindowEntry(Entry):
    frequency: Frequency
    first: Text
    last: Text
    law: Text
    confirmed: Flag = True


class DueRuleEntry(Entry):
    code: Code
    frequency: Frequency
    month: LastOrMonth
    day: Annotated[int, whole(1, 28)]
    year_offset: Annotated[int, whole(-5, 5)]
    weekend: Weekend
    confirmed: Flag = True
    source: Text
    vi: Text
    en: Text


class OverrideEntry(Entry):
    day: Day = Field(alias="date")
    working: Flag = False
    source: Text


class RemindersEntry(Entry):
    before: tuple[Annotated[int, whole(0, 999)], ...]
    after: tuple[Annotated[int, whole(0, 999)], ...]


class MonthDayEntry(Entry):
    month: Annotated[int, whole(1, 12)]
    day: Annotated[int, whole(1, 31)]


class ActionMonthEntry(NamedEntry):
    first: MonthDayEntry
    last: MonthDayEntry
    source: Text


class CalendarFile(Entry):
    timezone: Literal["Asia/Ho_Chi_Minh"]
    windows: tuple[WindowEntry, ...]
    due_rules: tuple[DueRuleEntry, ...]
    overrides: tuple[OverrideEntry, ...] = ()
    reminders: RemindersEntry
    action_month: ActionMonthEntry


# indicators.yaml


class ObjectiveEntry(NamedEntry):
    number: Annotated[int, whole(1, 99)]


class TargetEntry(Entry):
    year: Year
    op: Comparison
    value: Number
    approximate: Flag = False
    confirmed: Flag = True
    from_onward: Flag = False


class MeasureEntry(NamedEntry):
    code: Code
    unit_vi: Text
    unit_en: Text
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


# obligations.yaml


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


# forms.yaml


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


def _kind_of_check(node: Node) -> str | None:
    kind = node.entries.get("kind") if isinstance(node, Mapping) else None
    return kind.text if isinstance(kind, Scalar) else None


CheckEntry = Annotated[
    Annotated[ShareCheckEntry, Tag("numerator_le_denominator")] | Annotated[HoursCheckEntry, Tag("hours_of_persons")],
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
        items = [Mapping({"element": item}, item.place) if isinstance(item, Scalar) else item for item in listed.items]
        return Mapping({**node.entries, "fields": Items(list(items), listed.place)}, node.place)


class FormsFile(Entry):
    forms: tuple[FormEntry, ...]
