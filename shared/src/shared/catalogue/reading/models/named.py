"""What most entries have: a name, or a title, in both languages."""

from pydantic import Field

from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.scalars import Text


class NamedEntry(Entry):
    name_vi: Text = Field(alias="vi")
    name_en: Text = Field(alias="en")


class TitledEntry(Entry):
    title_vi: Text = Field(alias="vi")
    title_en: Text = Field(alias="en")
