"""What stands in the inputs of a form, by their names, and the report that it means. Typed text is kept as typed.

Names: `value.3`, `status.3`, `note.3` of the form's third cell (counted from 0), `narrative.<part>`, `evidence`,
`reason`, `confirmed`. `status.<element>` stands for the whole row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from shared.catalogue import disaggregation_key
from shared.events import WITH_VALUE
from shared.text import Language
from shared.text.figures import number
from shared.text.personal_data import CONFIRMATION
from submissions.rules.form import FormRules
from submissions.rules.observation import (
    NumberReader,
    ObservationEntry,
    read_english,
    read_vietnamese,
)
from submissions.rules.revision import Report
from submissions.rules.submission import SubmissionRecord

READERS: dict[Language, NumberReader] = {"vi": read_vietnamese, "en": read_english}
GENERAL = "general"
NARRATIVE = "narrative."
CONFIRMED = "confirmed"


@dataclass(frozen=True)
class TypedForm:
    """`inputs` by name; `numbers` is the language in which their figures are written, whoever reads the page."""

    inputs: Mapping[str, str]
    numbers: Language = "vi"

    def of(self, name: str) -> str:
        return self.inputs.get(name, "")

    def without(self, name: str) -> "TypedForm":
        return replace(self, inputs={other: text for other, text in self.inputs.items() if other != name})

    @property
    def narrative(self) -> dict[str, str]:
        return {name.removeprefix(NARRATIVE): text for name, text in self.inputs.items() if name.startswith(NARRATIVE)}


def typed_of(rules: FormRules, submission: SubmissionRecord | None, language: Language) -> TypedForm:
    """A revision as the inputs would hold it, so that a correction starts from what was sent."""
    inputs = {f"status.{index}": "final" for index in range(len(rules.fields))}
    inputs |= {NARRATIVE + code: "" for code in narrative_codes(rules)}
    if submission is None:
        return TypedForm(inputs, language)
    places = {" ".join(field.cell): index for index, field in enumerate(rules.fields)}
    values = written(submission, language)
    for observation in submission.observations:
        cell = " ".join((observation["measure"], disaggregation_key(observation["disaggregation"])))
        if cell in places:
            inputs[f"value.{places[cell]}"] = values.get(cell, "")
            inputs[f"status.{places[cell]}"] = observation["status"]
            inputs[f"note.{places[cell]}"] = as_shown(observation["note"] or "")
    inputs |= {NARRATIVE + code: as_shown(words) for code, words in submission.narrative.items()}
    return TypedForm({**inputs, "evidence": as_shown("\n".join(submission.evidence))}, language)


def read_typed(rules: FormRules, data: Mapping[str, Any], before: SubmissionRecord | None = None) -> TypedForm:
    """What a sent page says. What it does not hold at all stays as it was `before`, the figures excepted."""
    language: Language = "en" if data.get("numbers") == "en" else "vi"
    inputs = {name: text for name, text in typed_of(rules, before, language).inputs.items() if name[:6] != "value."}
    names = [f"{kind}.{index}" for index in range(len(rules.fields)) for kind in ("value", "status", "note")]
    names += [name for name in data if name.startswith(NARRATIVE)]
    for name in [*names, "evidence", "reason", CONFIRMED]:
        if isinstance(text := data.get(name), str):
            inputs[name] = as_shown(text)
    return TypedForm(inputs | _row_statuses(rules, data), language)


def _row_statuses(rules: FormRules, data: Mapping[str, Any]) -> dict[str, str]:
    """What `status.<element>` says, for each cell of the row."""
    return {
        f"status.{index}": status
        for index, field in enumerate(rules.fields)
        if isinstance(status := data.get(f"status.{field.element.id}"), str)
    }


def report_of(rules: FormRules, typed: TypedForm, before: SubmissionRecord | None = None) -> Report:
    """An optional cell left empty, without a note, is not reported. Words that nobody touched stay as `before`."""
    entries = []
    for index, field in enumerate(rules.fields):
        value, status, note = (typed.of(f"{kind}.{index}") for kind in ("value", "status", "note"))
        if field.required or value.strip() or note.strip() or status not in WITH_VALUE:
            kept = _note_before(before, field.cell, note)
            entries.append(ObservationEntry(field.element.id, value or None, field.disaggregation, status, kept))
    reason = typed.of("reason")
    return Report(
        entries,
        _narrative(typed.narrative, before),
        _evidence(typed.of("evidence"), before),
        reason or None,
        read=READERS[typed.numbers],
        confirmed=frozenset({CONFIRMATION} & {typed.of(CONFIRMED)}),
    )


def _note_before(before: SubmissionRecord | None, cell: tuple[str, str], typed: str) -> str | None:
    """The note as it was kept when the page still shows it, what was typed otherwise."""
    for observation in before.observations if before else ():
        kept = observation["note"]
        same_cell = (observation["measure"], disaggregation_key(observation["disaggregation"])) == cell
        if same_cell and kept is not None and as_shown(kept) == typed:
            return kept
    return typed if typed.strip() else None


def _narrative(typed: Mapping[str, str], before: SubmissionRecord | None) -> dict[str, str]:
    """The parts that say something, as they were kept when the page still shows them so."""
    narrative = {code: words for code, words in typed.items() if words.strip()}
    if before is not None:
        narrative |= {code: words for code, words in before.narrative.items() if narrative.get(code) == as_shown(words)}
    return narrative


def _evidence(typed: str, before: SubmissionRecord | None) -> list[str]:
    """One line is one document, but for documents of several lines that came otherwise and were not touched."""
    if before is not None and as_shown("\n".join(before.evidence)) == typed:
        return list(before.evidence)
    return [line.strip() for line in typed.split("\n") if line.strip()]


def written(submission: SubmissionRecord | None, language: Language) -> dict[str, str]:
    """Values of a revision by “element key” as the language writes them; cells without a value are left out."""
    if submission is None:
        return {}
    return {
        " ".join((o["measure"], disaggregation_key(o["disaggregation"]))): number(
            Decimal(o["value"]), language=language
        )
        for o in submission.observations
        if o["value"] is not None
    }


def narrative_codes(rules: FormRules) -> list[str]:
    """A form without parts of its own takes one general remark."""
    return [part.code for part in rules.narrative] or [GENERAL]


def as_shown(text: str) -> str:
    """As a text area gives it back: lines end alike."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
