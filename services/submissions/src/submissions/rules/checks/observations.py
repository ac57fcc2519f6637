"""Checks of a report against its form. All faults are found at once; nothing is stored unless there are none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never, cast

from shared.catalogue.element import ElementKind
from shared.events import Status
from shared.text import Text
from submissions.rules import limits
from submissions.rules.checks.cell import check_place, quoted
from submissions.rules.checks.pairs import check_pairs
from submissions.rules.checks.sums import check_hours, check_parts, check_shares
from submissions.rules.checks.texts import check_length, escape, shown
from submissions.rules.form import Cell, Element, FormRules
from submissions.rules.observation import (
    STATUSES,
    WITH_VALUE,
    Entry,
    NumberReader,
    Observation,
    exact,
    read_english,
    read_plain,
    read_vietnamese,
)
from submissions.rules.violation import Finding, figure, find

STATUS = {
    "missing": Text("chưa có số liệu", "missing"),
    "not_applicable": Text("không phát sinh", "not applicable"),
}
# Faults that make a status say nothing about the other count of its ratio.
CONTRADICTED = {"not_applicable_not_allowed", "not_applicable_flag", "value_not_allowed"}
MISSING = Text("“chưa có số liệu”", "missing")
NONE_OR_MISSING = Text("“không phát sinh” hay “chưa có số liệu”", "not applicable or missing")
BOTH_COUNTS = Text("hai số đếm của chỉ tiêu", "the two counts of the measure")
EXAMPLE: dict[NumberReader, Text] = {
    read_plain: Text("1234 hoặc 16.13", "1234 or 16.13"),
    read_vietnamese: Text("1.234 hoặc 16,13", "1.234 or 16,13"),
    read_english: Text("1,234 hoặc 16.13", "1,234 or 16.13"),
}


def check_observations(
    rules: FormRules, entries: Sequence[Entry | None], read: NumberReader = read_plain
) -> tuple[list[Observation], list[Finding]]:
    """The observations, when there is no finding; `read` tells how numbers are written (plain, or Vietnamese).

    None stands for what was no observation at all. What is wrong with one part of an entry hides nothing of the others.
    """
    if len(entries) > limits.OBSERVATIONS:
        return [], [find("too_many_observations", "/observations", count=len(entries), limit=limits.OBSERVATIONS)]
    findings: list[Finding] = []
    taken: dict[Cell, Observation] = {}
    seen: dict[Cell, int] = {}
    statuses: dict[Cell, Status] = {}
    for index, entry in enumerate(entries):
        at = f"/observations/{index}"
        if entry is None:
            findings.append(find("observation_expected", at))
            continue
        cell, wrong = check_place(rules, entry, at)
        again = cell in seen
        if cell is not None and again:
            wrong.append(find("duplicate_cell", at, cell, name=rules.label(cell)))
        value, wrong_value = check_value(rules, entry, cell, at, read)
        wrong += check_keys(entry, at) + wrong_value
        findings += wrong
        if cell is None or again:
            continue
        seen[cell] = index
        status = status_of(entry)
        if status is None or {f.code for f in wrong} & CONTRADICTED:
            continue
        statuses[cell] = status
        if f"{at}/value" not in {f.pointer for f in wrong}:
            note = cast("str | None", entry.note)  # another kind of note is among the findings
            taken[cell] = Observation(cell[0], cell[1], value, rules.by_cell[cell].disaggregation, status, note)
    findings += [
        find("missing_field", "/observations", f.cell, name=rules.label(f.cell), instead=instead_of(f.element))
        for f in rules.fields
        if f.required and f.cell not in seen
    ]
    findings += check_shares(rules, taken, seen) + check_hours(rules, taken, seen) + check_parts(rules, taken, seen)
    return list(taken.values()), findings + check_pairs(rules, statuses, seen)


def check_keys(entry: Entry, at: str) -> list[Finding]:
    """Keys that an observation does not have, the first of them."""
    return [find("unknown_key", f"{at}/{escape(key)}", name=shown(key)) for key in entry.unknown[: limits.UNKNOWN_KEYS]]


def status_of(entry: Entry) -> Status | None:
    """None when it is none of them."""
    return next((status for status in STATUSES if status == entry.status), None)


def check_status(rules: FormRules, entry: Entry, cell: Cell | None, at: str, name: Text) -> list[Finding]:
    if status_of(entry) is None:
        told = shown(entry.status) if isinstance(entry.status, str) else ""
        return [find("unknown_status", f"{at}/status", cell, status=told, allowed=", ".join(STATUSES))]
    element = element_of(rules, entry)
    if entry.status == "not_applicable" and element is not None and not element.may_be_not_applicable:
        code = "not_applicable_flag" if element.kind == "flag" else "not_applicable_not_allowed"
        return [find(code, f"{at}/status", cell, name=name)]
    return []


def check_value(
    rules: FormRules, entry: Entry, cell: Cell | None, at: str, read: NumberReader
) -> tuple[Decimal | None, list[Finding]]:
    """The value, None where the status says there is none, and what is wrong with value, status and note.

    Without a cell the entry's place was wrong; what can be told without it is told all the same.
    """
    pointer, element, name = f"{at}/value", element_of(rules, entry), name_of(rules, entry, cell)
    wrong_status = check_status(rules, entry, cell, at, name)
    wrong = check_note(entry, at, cell) + wrong_status
    raw, status = entry.value, "" if wrong_status else status_of(entry) or ""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if element is not None and status in WITH_VALUE:
            wrong.append(find("value_required", pointer, cell, name=name, instead=instead_of(element)))
        return None, wrong
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None, [*wrong, find("value_type", pointer, cell)]
    if status in STATUS:
        wrong.append(find("value_not_allowed", pointer, cell, name=name, status=STATUS[status]))
        return None, wrong
    if isinstance(raw, float):
        return None, [*wrong, find("float_not_exact", pointer, cell, name=name)]
    text = str(raw)
    if "%" in text:
        told = {"value": shown(text), "name": name, "counts": counts_for(rules, entry)}
        return None, [*wrong, find("percentage_instead_of_counts", pointer, cell, **told)]
    try:
        value = read(text)
    except ValueError:
        example = EXAMPLE[read]
        return None, [*wrong, find("not_a_number", pointer, cell, value=shown(text), name=name, example=example)]
    return value, wrong + check_number(element, value, name, pointer, cell)


def check_note(entry: Entry, at: str, cell: Cell | None) -> list[Finding]:
    if entry.note is None:
        return []
    if not isinstance(entry.note, str):
        return [find("text_expected", f"{at}/note", cell)]
    return check_length("note_too_long", entry.note, f"{at}/note", limits.NOTE, cell)


def instead_of(element: Element) -> Text:
    """What may be said where there is no number."""
    return NONE_OR_MISSING if element.may_be_not_applicable else MISSING


def element_of(rules: FormRules, entry: Entry) -> Element | None:
    return rules.elements.get(entry.measure) if isinstance(entry.measure, str) else None


def name_of(rules: FormRules, entry: Entry, cell: Cell | None) -> Text:
    """What the entry is about, as far as that can be told."""
    if cell is not None:
        return rules.label(cell)
    if not isinstance(entry.measure, str):
        return Text("?", "?")
    return rules.names.get(entry.measure) or Text(shown(entry.measure), shown(entry.measure))


def check_number(element: Element | None, value: Decimal, name: Text, pointer: str, cell: Cell | None) -> list[Finding]:
    if code := wrong_number(element.kind if element else None, value):
        return [find(code, pointer, cell, name=name, value=figure(value))]
    return []


def wrong_number(kind: ElementKind | None, value: Decimal) -> str | None:
    """Code of what is wrong with a number of this kind of element; None when nothing is. No kind: not on the form."""
    if value < 0:
        return "negative"
    if value > limits.VALUE:
        return "too_large"
    match kind:
        case None:
            return None
        case "flag":
            return None if value in (0, 1) else "not_flag"
        case "hours":
            return "too_many_decimals" if len(exact(value).partition(".")[2]) > limits.DECIMALS else None
        case "count" | "persons":
            return None if value == value.to_integral_value() else "not_whole"
        case _:
            assert_never(kind)


def counts_for(rules: FormRules, entry: Entry) -> Text:
    """The counts to give instead of a percentage."""
    if not isinstance(entry.measure, str):
        return BOTH_COUNTS
    if entry.measure in rules.computed:
        return quoted([rules.names[element] for element in rules.computed[entry.measure]])
    for ratio in rules.ratios:
        if entry.measure in (ratio.numerator, ratio.denominator):
            return quoted([rules.names[ratio.numerator], rules.names[ratio.denominator]])
    return quoted([rules.names[entry.measure]]) if entry.measure in rules.names else BOTH_COUNTS
