"""Entries as the pages show them: each as a sentence with its links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from audit.http.context import AuditContext
from audit.http.schemas import EntryItem
from audit.rules.sentence import sentence
from audit.store import entries
from shared.text import Language, Text
from shared.text.names import unit_name


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry as the pages show it."""

    entry: EntryItem
    sentence: Text
    subject_url: str

    @property
    def event_url(self) -> str:
        return f"/events/{quote(self.entry.id, safe='')}"


async def log_lines(context: AuditContext, items: Sequence[EntryItem]) -> list[LogLine]:
    """The entries as lines. One query to the log finds the forms that entries do not name themselves."""
    formless = {
        str(item.data["obligation_id"]) for item in items if "obligation_id" in item.data and "form" not in item.data
    }
    forms: dict[str, str] = {}
    if formless:
        async with context.engine.connect() as tx:
            forms = await entries.forms(tx, formless)
    return [log_line(context, item, forms.get(str(item.data.get("obligation_id")))) for item in items]


def log_line(context: AuditContext, item: EntryItem, form: str | None) -> LogLine:
    """`form` is used where the entry names none."""

    def decimals_of(code: str) -> int | None:
        measure = context.catalogue.measures.get(code)
        return measure.decimals if measure else None

    def name_of(key: str, language: Language) -> str:
        return unit_name(context.catalogue, key, language)

    data = {"form": form, **item.data} if form else item.data
    subject = item.data.get("obligation_id") or item.subject
    return LogLine(
        item,
        sentence(item.type, item.subject, data, name_of, decimals_of),
        f"/subjects/{quote(str(subject), safe='')}",
    )


async def is_illustrative(context: AuditContext, lines: Sequence[LogLine]) -> bool:
    """Whether a line rests on illustrative data.

    Reminders, computed measures and decisions do not say it themselves: the submissions of their periods do.
    """
    periods = {str(line.entry.data["period"]) for line in lines if line.entry.data.get("period")}
    if not periods:
        return False
    async with context.engine.connect() as tx:
        return await entries.any_illustrative(tx, periods)


def obligation_of(lines: Sequence[LogLine]) -> Mapping[str, Any] | None:
    """Form, unit and period, from the first event that names all three."""
    complete = (line.entry.data for line in lines if {"form", "unit", "period"} <= line.entry.data.keys())
    return next(complete, None)
