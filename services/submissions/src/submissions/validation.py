"""Checks of a report against its form. All faults are found at once; nothing is stored unless there are none."""

from collections.abc import Sequence
from decimal import Decimal

from shared.catalogue import disaggregation_key
from shared.web.problem import Text
from submissions import limits
from submissions.faults import Finding, figure, find
from submissions.form import Cell, Element, FormRules
from submissions.observation import (
    WITH_VALUE,
    Entry,
    NumberReader,
    Observation,
    exact,
    read_english,
    read_plain,
    read_vietnamese,
)
from submissions.sums import check_parts, check_shares
from submissions.texts import check_length, escape, shown

STATUS = {
    "missing": Text("chưa có số liệu", "missing"),
    "not_applicable": Text("không phát sinh", "not applicable"),
}
EXAMPLE: dict[NumberReader, Text] = {
    read_plain: Text("1234 hoặc 16.13", "1234 or 16.13"),
    read_vietnamese: Text("1.234 hoặc 16,13", "1.234 or 16,13"),
    read_english: Text("1,234 hoặc 16.13", "1,234 or 16.13"),
}


def check_observations(
    rules: FormRules, entries: Sequence[Entry], read: NumberReader = read_plain
) -> tuple[list[Observation], list[Finding]]:
    """The observations, when there is no finding; `read` tells how numbers are written (plain, or Vietnamese)."""
    if len(entries) > limits.OBSERVATIONS:
        return [], [find("too_many_observations", "/observations", count=len(entries), limit=limits.OBSERVATIONS)]
    findings: list[Finding] = []
    taken: dict[Cell, Observation] = {}
    seen: dict[Cell, int] = {}
    for index, entry in enumerate(entries):
        at = f"/observations/{index}"
        placed = check_place(rules, entry, at)
        if isinstance(placed, Finding):
            findings.append(placed)
            continue
        if placed in seen:
            findings.append(find("duplicate_cell", at, placed, name=rules.label(placed)))
            continue
        seen[placed] = index
        value, wrong = check_value(rules, entry, placed, at, read)
        findings += wrong
        if not wrong:
            taken[placed] = Observation(entry.measure, placed[1], value, entry.disaggregation, entry.status, entry.note)
    findings += [
        find("missing_field", "/observations", f.cell, name=rules.label(f.cell))
        for f in rules.fields
        if f.required and f.cell not in seen
    ]
    findings += check_shares(rules, taken, seen) + check_parts(rules, taken, seen)
    return list(taken.values()), findings


def check_place(rules: FormRules, entry: Entry, at: str) -> Cell | Finding:
    """The form's cell that the entry is for, or what is wrong with where it says it belongs."""
    measure = entry.measure
    name = rules.names.get(measure)
    if name is None:
        if measure not in rules.computed:
            return find("unknown_measure", f"{at}/measure", measure=shown(measure))
        counts = quoted([rules.names[element] for element in rules.computed[measure]])
        return find("ratio_instead_of_counts", f"{at}/measure", measure=measure, counts=counts)
    if measure not in rules.elements:
        return find("not_on_this_form", f"{at}/measure", name=name, form=rules.code)
    for dimension_id, category in entry.disaggregation.items():
        dimension = rules.dimensions.get(dimension_id)
        if dimension is not None and category not in dimension.categories:
            return find(
                "unknown_category",
                f"{at}/disaggregation/{escape(dimension_id)}",
                category=shown(category),
                dimension=dimension.name,
                allowed=", ".join(dimension.categories),
            )
    cell = (measure, disaggregation_key(entry.disaggregation))
    field = rules.by_cell.get(cell)
    if field is None or field.disaggregation != dict(entry.disaggregation):
        allowed = ", ".join(f"“{f.key}”" if f.key else "{}" for f in rules.fields_of(measure))
        at = f"{at}/disaggregation"
        return find("disaggregation_not_asked", at, name=name, form=rules.code, allowed=allowed)
    return cell


def check_value(
    rules: FormRules, entry: Entry, cell: Cell, at: str, read: NumberReader
) -> tuple[Decimal | None, list[Finding]]:
    """The value, None where the status says there is none, and what is wrong with it."""
    element, name, pointer = rules.elements[cell[0]], rules.label(cell), f"{at}/value"
    wrong = check_length("note_too_long", entry.note or "", f"{at}/note", limits.NOTE, cell)
    raw = entry.value
    given = raw is not None and not (isinstance(raw, str) and not raw.strip())
    if entry.status not in WITH_VALUE:
        if given:
            wrong.append(find("value_not_allowed", pointer, cell, name=name, status=STATUS[entry.status]))
        return None, wrong
    if raw is None or not given:
        return None, [*wrong, find("value_required", pointer, cell, name=name)]
    if isinstance(raw, float):
        return None, [*wrong, find("float_not_exact", pointer, cell, name=name)]
    text = str(raw)
    if "%" in text:
        counts = counts_for(rules, element)
        return None, [
            *wrong,
            find("percentage_instead_of_counts", pointer, cell, value=shown(text), name=name, counts=counts),
        ]
    try:
        value = read(text)
    except ValueError:
        example = EXAMPLE[read]
        return None, [*wrong, find("not_a_number", pointer, cell, value=shown(text), name=name, example=example)]
    return value, wrong + check_number(element, value, name, pointer, cell)


def check_number(element: Element, value: Decimal, name: Text, pointer: str, cell: Cell) -> list[Finding]:
    if code := wrong_number(element.kind, value):
        return [find(code, pointer, cell, name=name, value=figure(value))]
    return []


def wrong_number(kind: str, value: Decimal) -> str | None:
    """Code of what is wrong with a number of this kind of element; None when nothing is."""
    if value < 0:
        return "negative"
    if value > limits.VALUE:
        return "too_large"
    if kind == "flag":
        return None if value in (0, 1) else "not_flag"
    if kind == "hours":
        return "too_many_decimals" if len(exact(value).partition(".")[2]) > limits.DECIMALS else None
    return None if value == value.to_integral_value() else "not_whole"


def counts_for(rules: FormRules, element: Element) -> Text:
    """The counts to give instead of a percentage."""
    for ratio in rules.ratios:
        if element.id in (ratio.numerator, ratio.denominator):
            return quoted([rules.names[ratio.numerator], rules.names[ratio.denominator]])
    return quoted([element.name])


def quoted(names: list[Text]) -> Text:
    return Text(" và ".join(f"“{n.vi}”" for n in names), " and ".join(f"“{n.en}”" for n in names))
