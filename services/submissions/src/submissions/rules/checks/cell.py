"""Where an observation belongs: its cell on the form, or everything that is wrong with where it says it belongs."""

from collections.abc import Mapping
from typing import cast

from shared.catalogue import disaggregation_key
from shared.text import Text
from submissions.rules import limits
from submissions.rules.form import Cell, FormRules
from submissions.rules.observation import ObservationEntry
from submissions.rules.texts import text
from submissions.rules.violation import Violation, escape, shown, violation


def check_cell(rules: FormRules, entry: ObservationEntry, at: str) -> tuple[Cell | None, list[Violation]]:
    """The cell that the entry is about, when nothing is wrong with its measure and its disaggregation."""
    measure = entry.measure
    wrong = check_measure(rules, measure, f"{at}/measure")
    pointer = f"{at}/disaggregation"
    split, wrong_split = read_disaggregation(entry.disaggregation, pointer)
    if split is None:
        return None, wrong + wrong_split
    wrong_split += check_categories(rules, split, pointer)
    if wrong or not isinstance(measure, str):
        return None, wrong + wrong_split
    if not (wrong_split and rules.dimensions_of(measure).issuperset(split)):
        wrong_split += check_asked(rules, measure, split, pointer)
    return (None if wrong_split else (measure, disaggregation_key(split))), wrong_split


def cell_of(entry: ObservationEntry | None) -> Cell | None:
    """Of an entry that nobody has checked; None where it names none."""
    if entry is None or not isinstance(entry.measure, str) or not isinstance(entry.disaggregation, Mapping):
        return None
    split = entry.disaggregation
    return (entry.measure, disaggregation_key(split)) if all(isinstance(one, str) for one in split.values()) else None


def check_measure(rules: FormRules, measure: object, at: str) -> list[Violation]:
    if not isinstance(measure, str):
        return [violation("measure_expected", at)]
    if measure in rules.elements:
        return []
    if measure in rules.names:
        return [violation("not_on_this_form", at, name=rules.names[measure], form=rules.code)]
    if measure in rules.computed:
        counts = quoted([rules.names[element] for element in rules.computed[measure]])
        return [violation("ratio_instead_of_counts", at, measure=measure, counts=counts)]
    return [violation("unknown_measure", at, measure=shown(measure))]


def read_disaggregation(raw: object, at: str) -> tuple[Mapping[str, str] | None, list[Violation]]:
    if not isinstance(raw, Mapping):
        return None, [violation("disaggregation_expected", at)]
    if len(raw) > limits.DIMENSIONS:
        return None, [violation("too_many_dimensions", at, count=len(raw), limit=limits.DIMENSIONS)]
    wrong = [
        violation("text_expected", f"{at}/{escape(str(key))}")
        for key, category in raw.items()
        if not isinstance(category, str)
    ]
    return (None, wrong) if wrong else (cast("Mapping[str, str]", raw), [])


def check_categories(rules: FormRules, split: Mapping[str, str], at: str) -> list[Violation]:
    """Every category that its dimension does not have."""
    return [
        violation(
            "unknown_category",
            f"{at}/{escape(id_)}",
            category=shown(category),
            dimension=rules.dimensions[id_].name,
            allowed=", ".join(rules.dimensions[id_].categories),
        )
        for id_, category in split.items()
        if id_ in rules.dimensions and category not in rules.dimensions[id_].categories
    ]


def check_asked(rules: FormRules, measure: str, split: Mapping[str, str], at: str) -> list[Violation]:
    """A disaggregation by which the form does not ask for the measure."""
    field = rules.by_cell.get((measure, disaggregation_key(split)))
    if field is not None and field.disaggregation == dict(split):
        return []
    allowed = ", ".join(f"“{f.key}”" if f.key else "{}" for f in rules.fields_of(measure))
    return [violation("disaggregation_not_asked", at, name=rules.names[measure], form=rules.code, allowed=allowed)]


def quoted(names: list[Text]) -> Text:
    """“Số bé trai” và “Số bé gái”: the names as a sentence lists them."""
    conjunction = text("list.and")
    return Text(
        f" {conjunction.vi} ".join(f"“{name.vi}”" for name in names),
        f" {conjunction.en} ".join(f"“{name.en}”" for name in names),
    )
