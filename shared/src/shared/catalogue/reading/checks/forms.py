from collections.abc import Iterator

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.disaggregation import parse_disaggregation
from shared.catalogue.element import DataElement, ElementKind
from shared.catalogue.measure import Measure
from shared.catalogue.measure_kind import needs_of
from shared.catalogue.reading.assembly.forms import cells
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw
from shared.catalogue.reading.models.forms import (
    AssignmentEntry,
    CheckEntry,
    FieldEntry,
    FormEntry,
    HoursCheckEntry,
    RatioCheckEntry,
)


def check_forms(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    rules = catalogue.calendar.due_rules
    for form in files.forms.forms:
        what = f"form {form.code}"
        if form.obligation not in catalogue.obligations:
            yield Flaw(form, "obligation", "unknown_obligation", f"{what}: no obligation {form.obligation}")
        if form.due not in rules:
            yield Flaw(form, "due", "unknown_due_rule", f"{what}: no due rule {form.due}")
        elif rules[form.due].frequency != form.frequency:
            yield Flaw(form, "due", "bad_choice", f"{what}: {form.due} is for a {rules[form.due].frequency}")
        if not form.fields:
            yield Flaw(form, "fields", "missing_key", f"{what} has no fields")
        yield from _fields(form, what, catalogue)
        yield from _checks(form, what, catalogue)
        for assignment in form.assigned:
            yield from _assignment(assignment, what, catalogue)


def _fields(form: FormEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    seen: set[tuple[str, str]] = set()
    for entry in form.fields:
        element = catalogue.elements.get(entry.element)
        if element is None:
            yield Flaw(entry, "element", "unknown_element", f"{what}: no element {entry.element}")
            continue
        try:
            fields = cells(entry, element, catalogue.dimensions)
        except ValueError as error:
            yield Flaw(entry, "cell", "bad_disaggregation", f"{what}: {error}")
            continue
        if entry.cell is not None:
            yield from _cell(entry, entry.cell, element, what, catalogue)
        for field in fields:
            if (field.element, field.key) in seen:
                yield Flaw(entry, "element", "duplicate_field", f"{what}: {field.element} {field.key} stands twice")
            seen.add((field.element, field.key))


def _cell(entry: FieldEntry, cell: str, element: DataElement, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    for name, category in parse_disaggregation(cell).items():
        dimension = catalogue.dimensions.get(name)
        if dimension is None or name != element.required_by:
            yield Flaw(entry, "cell", "unknown_dimension", f"{what}: {element.id} is not reported by {name}")
        elif category not in dimension.category_ids:
            yield Flaw(entry, "cell", "unknown_category", f"{what}: {name} has no category {category}")


def _checks(form: FormEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    on_form = [catalogue.elements[field.element] for field in form.fields if field.element in catalogue.elements]
    kinds = {element.id: element.kind for element in on_form}
    for check in form.checks:
        if isinstance(check, RatioCheckEntry):
            yield from _ratio(check, kinds, what)
        yield from _range(check, what)
        yield from _sides(check, kinds, what)
    yield from _bounds(form, kinds, what, catalogue)


def _sides(check: CheckEntry, kinds: dict[str, ElementKind], what: str) -> Iterator[Flaw]:
    keys = ("hours", "persons") if isinstance(check, HoursCheckEntry) else ("numerator", "denominator")
    for key, element in zip(keys, (check.left, check.right), strict=True):
        if element not in kinds:
            yield Flaw(check, key, "unknown_element", f"{what}: {element} is not on the form")
        elif isinstance(check, HoursCheckEntry) and kinds[element] != key:
            yield Flaw(check, key, "bad_choice", f"{what}: {element} is no element of kind {key}")


def _range(check: CheckEntry, what: str) -> Iterator[Flaw]:
    if isinstance(check, HoursCheckEntry | RatioCheckEntry) and not 0 <= check.at_least < check.at_most:
        unit = " hours" if isinstance(check, HoursCheckEntry) else ""
        message = f"{what}: from {check.at_least} to {check.at_most}{unit} is no range"
        yield Flaw(check, "at_most", "bad_interval", message)


def _ratio(check: RatioCheckEntry, kinds: dict[str, ElementKind], what: str) -> Iterator[Flaw]:
    if check.floor < 1:
        message = f"{what}: floor is {check.floor}; beside no case at all every figure would be outside"
        yield Flaw(check, "floor", "bad_interval", message)
    if check.left == check.right:
        yield Flaw(check, "denominator", "bad_choice", f"{what}: {check.left} is compared with itself")
    for key, element in (("numerator", check.left), ("denominator", check.right)):
        if kinds.get(element) == "flag":
            yield Flaw(check, key, "bad_choice", f"{what}: {element} is a flag, there is nothing to compare")


def _bounds(form: FormEntry, kinds: dict[str, ElementKind], what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    """A mean that a measure takes is bounded on every form that asks for both of its sides."""
    bounded = {(check.left, check.right) for check in form.checks if isinstance(check, HoursCheckEntry)}
    for measure in catalogue.measures.values():
        for hours, persons in _means(measure):
            if {hours, persons} <= kinds.keys() and (hours, persons) not in bounded:
                message = f"{what}: measure {measure.code} needs a check hours_of_persons of {hours} and {persons}"
                yield Flaw(form, "checks", "bounds_missing", message)


def _means(measure: Measure) -> list[tuple[str, str]]:
    """The means that the measure takes, each as the elements (hours, persons)."""
    if not needs_of(measure.kind).persons:
        return []
    sides = ((measure.numerator, measure.numerator_persons), (measure.denominator, measure.denominator_persons))
    return [(hours, persons) for hours, persons in sides if hours and persons]


def _assignment(entry: AssignmentEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    if not entry.units and not entry.levels and not entry.is_unread("levels"):
        yield Flaw(entry, "units", "missing_key", f"{what}: nobody is assigned")
    for key, codes in (("units", entry.units), ("except", entry.excluded)):
        for code in codes:
            unit = catalogue.units.get(code)
            if unit is None:
                yield Flaw(entry, key, "unknown_unit", f"{what}: no body {code}")
            elif key == "units" and not unit.spans(entry.valid_from, entry.valid_to):
                yield Flaw(entry, key, "unit_not_valid", f"{what}: {code} does not exist through the whole assignment")
