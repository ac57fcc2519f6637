"""The form as a table to fill in: rows are elements, columns disaggregations. Typed text is kept as typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.catalogue import disaggregation_key
from shared.events import Status
from shared.text import Fault, Language, Text
from shared.text.figures import number
from submissions.rules import limits
from submissions.rules.form import Element, Field, FormRules
from submissions.rules.observation import STATUSES, Entry, NumberReader, read_english, read_vietnamese
from submissions.rules.submission import Report
from submissions.rules.violation import Finding

READERS: dict[Language, NumberReader] = {"vi": read_vietnamese, "en": read_english}
TOTAL = Text("Tổng số", "Total")
GENERAL = "general"


@dataclass(frozen=True)
class Slot:
    """A cell of the table: the field's place on the form, what stands in it, last year's value, its faults."""

    index: int
    field: Field
    typed: str
    previous: str | None
    faults: tuple[str, ...]  # codes; the summary on top says them in full


@dataclass(frozen=True)
class Row:
    element: Element
    status: Status
    slots: tuple[Slot | None, ...]

    @property
    def statuses(self) -> tuple[Status, ...]:
        """What may be chosen."""
        return tuple(s for s in STATUSES if s != "not_applicable" or self.element.may_be_not_applicable)


@dataclass(frozen=True)
class Typed:
    """What stands in the inputs, by field index; a status by element; the words."""

    values: Mapping[int, str]
    statuses: Mapping[str, Status]
    narrative: Mapping[str, str]
    evidence: str = ""
    reason: str = ""


def columns_of(rules: FormRules) -> list[tuple[str, Text]]:
    """Each disaggregation of the form once, the total first, with its heading."""
    found = {f.key: f.label if f.key else TOTAL for f in rules.fields}
    return sorted(found.items(), key=lambda item: item[0] != "")


def rows_of(rules: FormRules, typed: Typed, previous: Mapping[str, str], findings: Sequence[Finding]) -> list[Row]:
    """`previous` is last year's value by “element key”, already written for the reader."""
    columns = columns_of(rules)
    slots = {
        f.cell: Slot(
            index,
            f,
            typed.values.get(index, ""),
            previous.get(" ".join(f.cell)),
            tuple(finding.code for finding in findings if finding.cell == f.cell),
        )
        for index, f in enumerate(rules.fields)
    }
    return [
        Row(e, typed.statuses.get(e.id, "final"), tuple(slots.get((e.id, key)) for key, _ in columns))
        for e in rules.elements.values()
    ]


def read_sheet(rules: FormRules, data: Mapping[str, Any]) -> tuple[Report, Typed]:
    """The report that a sent form means, and the same as typed. An optional cell left empty is not reported."""
    language: Language = "en" if data.get("numbers") == "en" else "vi"
    statuses: dict[str, Status] = {}
    for element in rules.elements:
        told = data.get(f"status.{element}")
        statuses[element] = told if told in STATUSES else "final"
    values = {index: _text(data, f"value.{index}") for index in range(len(rules.fields))}
    entries = [
        Entry(f.element.id, values[index] or None, f.disaggregation, statuses[f.element.id])
        for index, f in enumerate(rules.fields)
        if f.required or values[index].strip()
    ]
    narrative = {code: _text(data, f"narrative.{code}") for code in narrative_codes(rules)}
    evidence, reason = _text(data, "evidence"), _text(data, "reason")
    report = Report(
        entries,
        {code: text for code, text in narrative.items() if text.strip()},
        [line.strip() for line in evidence.splitlines() if line.strip()],
        reason or None,
        read=READERS[language],
    )
    return report, Typed(values, statuses, narrative, evidence, reason)


def typed_of(rules: FormRules, submission: Mapping[str, Any] | None, language: Language) -> Typed:
    """The last revision as the inputs would hold it, so that a correction starts from what was sent."""
    if submission is None:
        return Typed({}, {}, {})
    told = written(submission, language)
    values = {i: told.get(" ".join(f.cell), "") for i, f in enumerate(rules.fields)}
    statuses: dict[str, Status] = {o["measure"]: o["status"] for o in submission["observations"]}
    return Typed(values, statuses, submission["narrative"], "\n".join(submission["evidence"]))


def written(submission: Mapping[str, Any] | None, language: Language) -> dict[str, str]:
    """Values of a revision by “element key” as the language writes them; cells without a value are left out."""
    if submission is None:
        return {}
    return {
        " ".join((o["measure"], disaggregation_key(o["disaggregation"]))): number(
            Decimal(o["value"]), language=language
        )
        for o in submission["observations"]
        if o["value"] is not None
    }


def narrative_codes(rules: FormRules) -> list[str]:
    """A form without parts of its own takes one general remark."""
    return [part.code for part in rules.narrative] or [GENERAL]


def page_faults(rules: FormRules, findings: Sequence[Finding]) -> list[Fault]:
    """For the summary on top: each fault points at the input it is about."""
    places = {f.cell: index for index, f in enumerate(rules.fields)}
    return [Fault(f.code, f"/value.{places[f.cell]}" if f.cell in places else f.pointer, f.text) for f in findings]


def _text(data: Mapping[str, Any], name: str) -> str:
    """One more than the longest allowed, so that the check sees that it was too long."""
    value = data.get(name)
    return value.replace("\r\n", "\n")[: limits.NARRATIVE + 1] if isinstance(value, str) else ""
