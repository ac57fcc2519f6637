"""plan.yaml"""

from pydantic import Field

from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.models.named import NamedEntry, TitledEntry
from shared.catalogue.reading.scalars import Code, Day, Flag, Text, Year


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
