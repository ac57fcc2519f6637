"""calendar.yaml"""

from typing import Annotated, Literal

from pydantic import Field

from shared.calendar import Frequency
from shared.calendar.due import Weekend
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.models.named import NamedEntry
from shared.catalogue.reading.scalars import Code, Day, Flag, LastOrMonth, Text, whole


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
