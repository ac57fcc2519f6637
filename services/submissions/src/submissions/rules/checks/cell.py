"""Where an observation belongs: its cell on the form, or everything that is wrong with where it says it belongs."""

from collections.abc import Mapping
from typing import cast

from shared.catalogue import disaggregation_key
from shared.text import Text
from submissions.rules import limits
from submissions.rules.checks.texts import escape, shown
from submissions.rules.form import Cell, FormRules
from submissions.rules.observation import Entry
from submissions.rules.violation import Finding, find


def check_place(rules: FormRules, entry: Entry, at: str) -> tuple[Cell | None, list[Finding]]:
    measure = entry.measure
    wrong = check_measure(rules, measure, f"{at}/measure")
    pointer = f"{at}/disaggregation"
    split, wrong_split = read_disaggregation(entry.disaggregation, pointer)
    if split is None:
        return None, wrong + wrong_split
    wrong_split += check_categories(rules, split, pointer)
    if wrong or not isinstance(measure, str):
        return None, wrong + wrong_split
    cell = (measure, disaggregation_key(split))
    field = rules.by_cell.get(cell)
    fields = rules.fields_of(measure)
    asked_by = {dimension for f in fields for dimension in f.disaggregation}
    known = field is not None and field.disaggregation == dict(split)
    if not known and not (wrong_split and asked_by.issuperset(split)):
        allowed = ", ".join(f"“{f.key}”" if f.key else "{}" for f in fields)
        wrong_split.append(
            find("disaggregation_not_asked", pointer, name=rules.names[measure], form=rules.code, allowed=allowed)
        )
    return (None if wrong_split else cell), wrong_split


def check_measure(rules: FormRules, measure: object, at: str) -> list[Finding]:
    if not isinstance(measure, str):
        return [find("measure_expected", at)]
    if measure in rules.elements:
        return []
    if measure in rules.names:
        return [find("not_on_this_form", at, name=rules.names[measure], form=rules.code)]
    if measure in rules.computed:
        counts = quoted([rules.names[element] for element in rules.computed[measure]])
        return [find("ratio_instead_of_counts", at, measure=measure, counts=counts)]
    return [find("unknown_measure", at, measure=shown(measure))]


def read_disaggregation(raw: object, at: str) -> tuple[Mapping[str, str] | None, list[Finding]]:
    if not isinstance(raw, Mapping):
        return None, [find("disaggregation_expected", at)]
    if len(raw) > limits.DIMENSIONS:
        return None, [find("too_many_dimensions", at, count=len(raw), limit=limits.DIMENSIONS)]
    wrong = [
        find("text_expected", f"{at}/{escape(str(key))}") for key, told in raw.items() if not isinstance(told, str)
    ]
    return (None, wrong) if wrong else (cast("Mapping[str, str]", raw), [])


def check_categories(rules: FormRules, split: Mapping[str, str], at: str) -> list[Finding]:
    """Every category that its dimension does not have."""
    return [
        find(
            "unknown_category",
            f"{at}/{escape(id_)}",
            category=shown(category),
            dimension=rules.dimensions[id_].name,
            allowed=", ".join(rules.dimensions[id_].categories),
        )
        for id_, category in split.items()
        if id_ in rules.dimensions and category not in rules.dimensions[id_].categories
    ]


def quoted(names: list[Text]) -> Text:
    return Text(" và ".join(f"“{n.vi}”" for n in names), " and ".join(f"“{n.en}”" for n in names))
