from shared.calendar import DueRule
from shared.catalogue.disaggregation import parse_disaggregation
from shared.catalogue.draft import Draft
from shared.catalogue.element import DataElement
from shared.catalogue.entry import Entry
from shared.catalogue.form import Assignment, Field, Form, FormCheck, NarrativeField
from shared.catalogue.read_calendar import FREQUENCIES
from shared.catalogue.read_checks import read_checks
from shared.catalogue.read_obligations import read_due
from shared.catalogue.read_units import TREE_LEVELS

_UNKNOWN_RULE = DueRule("", "year", None, 1)


def read_forms(file: Entry, draft: Draft) -> None:
    for item in file.entries("forms"):
        code = item.code("code")
        obligation = item.code("obligation")
        if obligation not in draft.obligations:
            item.fault("obligation", "unknown_obligation", f"form {code}: no obligation {obligation}")
        frequency = item.choice("frequency", FREQUENCIES)
        due = read_due(item, draft, f"form {code}") or _UNKNOWN_RULE
        if due.code and due.frequency != frequency:
            item.fault("due", "bad_choice", f"form {code}: {due.code} is for a {due.frequency}")
        fields = _read_fields(item, code, draft)
        form = Form(
            code=code,
            title_vi=item.text("vi"),
            title_en=item.text("en"),
            obligation=obligation,
            frequency=frequency,
            due=due,
            fields=fields,
            checks=(*_implied_checks(fields, draft), *read_checks(item, code, fields, draft)),
            narrative=_read_narrative(item),
            assigned=_read_assigned(item, code, draft),
            note=item.text_or_none("note"),
        )
        if draft.declare("form", code, item.place):
            draft.forms[code] = form
        item.close()
    file.close()


def _read_fields(item: Entry, form: str, draft: Draft) -> tuple[Field, ...]:
    found: dict[tuple[str, str], Field] = {}
    entries = item.entries_or_codes("fields", "element")
    if not entries:
        item.fault("fields", "missing_key", f"form {form} has no fields")
    for entry in entries:
        element = draft.elements.get(entry.code("element"))
        if element is None:
            entry.fault("element", "unknown_element", f"form {form}: no element {entry.code('element')}")
            continue
        for field in _cells(entry, element, form, draft):
            if (field.element, field.key) in found:
                entry.fault("element", "duplicate_field", f"form {form}: {field.element} {field.key} stands twice")
            found[field.element, field.key] = field
        entry.close()
    return tuple(found.values())


def _cells(entry: Entry, element: DataElement, form: str, draft: Draft) -> list[Field]:
    """Every cell of the element, or the one that `cell` names."""
    if entry.has("cell"):
        text = entry.text("cell")
        try:
            pairs = tuple(sorted(parse_disaggregation(text).items()))
        except ValueError as error:
            entry.fault("cell", "bad_disaggregation", f"form {form}: {error}")
            return []
        for name, category in pairs:
            dimension = draft.dimensions.get(name)
            if dimension is None or name != element.required_by:
                entry.fault("cell", "unknown_dimension", f"form {form}: {element.id} is not reported by {name}")
            elif category not in dimension.category_ids:
                entry.fault("cell", "unknown_category", f"form {form}: {name} has no category {category}")
        return [Field(element.id, pairs, True, element.kind)]
    if element.required_by is not None:
        return [Field(element.id, pair, True, element.kind) for pair in _pairs(element.required_by, draft)]
    total = Field(element.id, (), True, element.kind)
    parts = [
        Field(element.id, pair, False, element.kind) for name in element.optional_by for pair in _pairs(name, draft)
    ]
    return [total, *parts]


def _pairs(name: str, draft: Draft) -> list[tuple[tuple[str, str], ...]]:
    dimension = draft.dimensions.get(name)
    return [((name, category),) for category in dimension.category_ids] if dimension else []


def _implied_checks(fields: tuple[Field, ...], draft: Draft) -> list[FormCheck]:
    """A share's numerator never exceeds its denominator; optional parts add up to their total."""
    on_form = dict.fromkeys(field.element for field in fields)
    checks = [
        FormCheck("numerator_le_denominator", measure.numerator, measure.denominator)
        for measure in draft.measures.values()
        if measure.share and measure.denominator and {measure.numerator, measure.denominator} <= on_form.keys()
    ]
    for element_id in on_form:
        element = draft.elements[element_id]
        checks += [FormCheck("sum_equals", element_id, element_id, dimension) for dimension in element.optional_by]
    return checks


def _read_narrative(item: Entry) -> tuple[NarrativeField, ...]:
    found = []
    for entry in item.entries("narrative", required=False):
        found.append(NarrativeField(entry.code("code"), entry.text("vi"), entry.text("en"), entry.flag("required")))
        entry.close()
    return tuple(found)


def _read_assigned(item: Entry, form: str, draft: Draft) -> tuple[Assignment, ...]:
    found = []
    for entry in item.entries("assigned"):
        units, names = entry.codes("units"), entry.codes("levels")
        levels = tuple(level for level in TREE_LEVELS if level in names)
        if len(levels) != len(names):
            entry.fault("levels", "bad_choice", f"form {form}: 'levels' may name {', '.join(TREE_LEVELS)}")
        assignment = Assignment(
            units=units,
            levels=levels,
            excluded=entry.codes("except"),
            valid_from=entry.day("valid_from"),
            valid_to=entry.day_or_none("valid_to"),
            confirmed=entry.flag("confirmed", default=True),
        )
        if not units and not levels:
            entry.fault("units", "missing_key", f"form {form}: nobody is assigned")
        for key, codes in (("units", units), ("except", assignment.excluded)):
            for code in codes:
                _check_body(entry, key, code, form, assignment, draft)
        found.append(assignment)
        entry.close()
    return tuple(found)


def _check_body(entry: Entry, key: str, code: str, form: str, assignment: Assignment, draft: Draft) -> None:
    unit = draft.units.get(code)
    if unit is None:
        entry.fault(key, "unknown_unit", f"form {form}: no body {code}")
    elif key == "units" and not unit.spans(assignment.valid_from, assignment.valid_to):
        entry.fault(key, "unit_not_valid", f"form {form}: {code} does not exist through the whole assignment")
