"""The form as a table to fill in: rows are elements, columns disaggregations. Typed text is kept as typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.catalogue import disaggregation_key
from shared.events import Status
from shared.text import Fault, Language, Text
from shared.text.figures import number
from shared.text.personal_data import CONFIRMATION
from submissions.rules import limits
from submissions.rules.form import Element, FormField, FormRules
from submissions.rules.observation import (
    STATUSES,
    NumberReader,
    ObservationEntry,
    read_english,
    read_vietnamese,
)
from submissions.rules.revision import Report
from submissions.rules.submission import SubmissionRecord
from submissions.rules.texts import text
from submissions.rules.violation import Violation

READERS: dict[Language, NumberReader] = {"vi": read_vietnamese, "en": read_english}
GENERAL = "general"


@dataclass(frozen=True)
class Slot:
    """A cell of the table: the field's place on the form, what stands in it, last year's value, its faults."""

    index: int
    field: FormField
    typed: str
    previous: str | None
    faults: tuple[str, ...]  # codes; the summary on top says them in full


@dataclass(frozen=True)
class FormRow:
    element: Element
    status: Status
    slots: tuple[Slot | None, ...]

    @property
    def statuses(self) -> tuple[Status, ...]:
        """What may be chosen."""
        return tuple(s for s in STATUSES if s != "not_applicable" or self.element.may_be_not_applicable)


@dataclass(frozen=True)
class TypedForm:
    """What stands in the inputs, by field index; a status by element; the words."""

    values: Mapping[int, str]
    statuses: Mapping[str, Status]
    narrative: Mapping[str, str]
    evidence: str = ""
    reason: str = ""
    confirmed: frozenset[str] = frozenset()


def columns_of(rules: FormRules) -> list[tuple[str, Text]]:
    """Each disaggregation of the form once, the total first, with its heading."""
    headings = {f.key: f.label if f.key else text("form.total") for f in rules.fields}
    return sorted(headings.items(), key=lambda item: item[0] != "")


def rows_of(
    rules: FormRules, typed: TypedForm, previous: Mapping[str, str], violations: Sequence[Violation]
) -> list[FormRow]:
    """`previous` is last year's value by “element key”, already written for the reader."""
    columns = columns_of(rules)
    slots = {
        f.cell: Slot(
            index,
            f,
            typed.values.get(index, ""),
            previous.get(" ".join(f.cell)),
            tuple(violation.code for violation in violations if violation.cell == f.cell),
        )
        for index, f in enumerate(rules.fields)
    }
    return [
        FormRow(e, typed.statuses.get(e.id, "final"), tuple(slots.get((e.id, key)) for key, _ in columns))
        for e in rules.elements.values()
    ]


def read_form_table(rules: FormRules, data: Mapping[str, Any]) -> tuple[Report, TypedForm]:
    """The report that a sent form means, and the same as typed. An optional cell left empty is not reported."""
    language: Language = "en" if data.get("numbers") == "en" else "vi"
    statuses: dict[str, Status] = {}
    for element in rules.elements:
        status = data.get(f"status.{element}")
        statuses[element] = status if status in STATUSES else "final"
    values = {index: _text(data, f"value.{index}") for index in range(len(rules.fields))}
    entries = [
        ObservationEntry(f.element.id, values[index] or None, f.disaggregation, statuses[f.element.id])
        for index, f in enumerate(rules.fields)
        if f.required or values[index].strip()
    ]
    narrative = {code: _text(data, f"narrative.{code}") for code in narrative_codes(rules)}
    evidence, reason = _text(data, "evidence"), _text(data, "reason")
    confirmed = frozenset({CONFIRMATION} & {data.get("confirmed")})
    report = Report(
        entries,
        {code: words for code, words in narrative.items() if words.strip()},
        [line.strip() for line in evidence.splitlines() if line.strip()],
        reason or None,
        read=READERS[language],
        confirmed=confirmed,
    )
    return report, TypedForm(values, statuses, narrative, evidence, reason, confirmed)


def typed_of(rules: FormRules, submission: SubmissionRecord | None, language: Language) -> TypedForm:
    """The last revision as the inputs would hold it, so that a correction starts from what was sent."""
    if submission is None:
        return TypedForm({}, {}, {})
    values = written(submission, language)
    return TypedForm(
        {index: values.get(" ".join(field.cell), "") for index, field in enumerate(rules.fields)},
        {observation["measure"]: observation["status"] for observation in submission.observations},
        submission.narrative,
        "\n".join(submission.evidence),
    )


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


def page_faults(rules: FormRules, violations: Sequence[Violation]) -> list[Fault]:
    """For the summary on top: each fault points at the input it is about."""
    places = {f.cell: index for index, f in enumerate(rules.fields)}
    return [Fault(v.code, f"/value.{places[v.cell]}" if v.cell in places else v.pointer, v.text) for v in violations]


def _text(data: Mapping[str, Any], name: str) -> str:
    """One more than the longest allowed, so that the check sees that it was too long."""
    value = data.get(name)
    return value.replace("\r\n", "\n")[: limits.NARRATIVE + 1] if isinstance(value, str) else ""
