from decimal import Decimal

from shared.catalogue.draft import Draft
from shared.catalogue.entry import Entry
from shared.catalogue.form import CheckKind, Field, FormCheck
from shared.catalogue.measure import Measure

_KINDS: tuple[CheckKind, ...] = ("numerator_le_denominator", "hours_of_persons")
_WORDS: dict[CheckKind, tuple[str, str]] = {
    "numerator_le_denominator": ("numerator", "denominator"),
    "hours_of_persons": ("hours", "persons"),
}


def read_checks(item: Entry, form: str, fields: tuple[Field, ...], draft: Draft) -> list[FormCheck]:
    """The checks a form names itself. A ratio of means on it must bound the hours of its persons."""
    found = []
    kinds = {field.element: field.kind for field in fields}
    for entry in item.entries("checks", required=False):
        kind = entry.choice("kind", _KINDS)
        left, right = _WORDS[kind]
        bounds: tuple[Decimal | None, Decimal | None] = (None, None)
        if kind == "hours_of_persons":
            bounds = entry.decimal("at_least"), entry.decimal("at_most")
            if not 0 <= bounds[0] < bounds[1]:
                entry.fault(
                    "at_most", "bad_interval", f"form {form}: from {bounds[0]} to {bounds[1]} hours is no range"
                )
        check = FormCheck(kind, entry.code(left), entry.code(right), None, *bounds)
        for key, element_id in ((left, check.left), (right, check.right)):
            if element_id not in kinds:
                entry.fault(key, "unknown_element", f"form {form}: {element_id} is not on the form")
            elif kind == "hours_of_persons" and kinds[element_id] != key:
                entry.fault(key, "bad_choice", f"form {form}: {element_id} is no element of kind {key}")
        found.append(check)
        entry.close()
    bounded = {(check.left, check.right) for check in found if check.kind == "hours_of_persons"}
    for measure in draft.measures.values():
        for hours, persons in means_of(measure):
            if {hours, persons} <= kinds.keys() and (hours, persons) not in bounded:
                message = f"form {form}: measure {measure.code} needs a check hours_of_persons of {hours} and {persons}"
                item.fault("checks", "bounds_missing", message)
    return found


def means_of(measure: Measure) -> list[tuple[str, str]]:
    """The means of a ratio of means, each as the elements (hours, persons)."""
    if measure.kind != "ratio_of_means":
        return []
    sides = ((measure.numerator, measure.numerator_persons), (measure.denominator, measure.denominator_persons))
    return [(hours, persons) for hours, persons in sides if hours and persons]
