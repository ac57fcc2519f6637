from collections.abc import Iterable, Iterator

from shared.calendar import DueRule
from shared.catalogue.disaggregation import parse_disaggregation
from shared.catalogue.element import DataElement, Dimension
from shared.catalogue.form import Assignment, Field, Form, FormCheck, NarrativeField
from shared.catalogue.measure import Measure
from shared.catalogue.reading.models.forms import FieldEntry, FormEntry, FormsFile

Elements = dict[str, DataElement]
Dimensions = dict[str, Dimension]

_UNKNOWN_RULE = DueRule("", "year", None, 1)


def build_forms(
    file: FormsFile,
    elements: Elements,
    dimensions: Dimensions,
    measures: Iterable[Measure],
    due_rules: dict[str, DueRule],
) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for entry in file.forms:
        fields = _fields(entry, elements, dimensions)
        form = entry.built(
            Form,
            due=due_rules.get(entry.due, _UNKNOWN_RULE),
            fields=fields,
            checks=(
                *_implied_checks(fields, elements, measures),
                *(check.built(FormCheck) for check in entry.checks),
            ),
            narrative=tuple(field.built(NarrativeField) for field in entry.narrative),
            assigned=tuple(assignment.built(Assignment) for assignment in entry.assigned),
        )
        forms.setdefault(form.code, form)
    return forms


def cells(entry: FieldEntry, element: DataElement, dimensions: Dimensions) -> list[Field]:
    """Every cell of the element, or the one that `cell` names. Raises ValueError when it names none."""
    if entry.cell is not None:
        return [Field(element.id, tuple(sorted(parse_disaggregation(entry.cell).items())), True, element.kind)]
    if element.required_by is not None:
        return [Field(element.id, pair, True, element.kind) for pair in _pairs(element.required_by, dimensions)]
    parts = [pair for name in element.optional_by for pair in _pairs(name, dimensions)]
    total = Field(element.id, (), True, element.kind)
    return [total, *(Field(element.id, pair, False, element.kind) for pair in parts)]


def _pairs(name: str, dimensions: Dimensions) -> Iterator[tuple[tuple[str, str]]]:
    for category in dimensions[name].category_ids if name in dimensions else ():
        yield ((name, category),)


def _fields(form: FormEntry, elements: Elements, dimensions: Dimensions) -> tuple[Field, ...]:
    found: dict[tuple[str, str], Field] = {}
    for entry in form.fields:
        if element := elements.get(entry.element):
            try:
                found.update({(field.element, field.key): field for field in cells(entry, element, dimensions)})
            except ValueError:
                continue
    return tuple(found.values())


def _implied_checks(fields: tuple[Field, ...], elements: Elements, measures: Iterable[Measure]) -> Iterator[FormCheck]:
    """A share's numerator never exceeds its denominator; optional parts add up to their total."""
    on_form = dict.fromkeys(field.element for field in fields)
    for measure in measures:
        if measure.share and measure.denominator and {measure.numerator, measure.denominator} <= on_form.keys():
            yield FormCheck("numerator_le_denominator", measure.numerator, measure.denominator)
    for element_id in on_form:
        for dimension in elements[element_id].optional_by:
            yield FormCheck("sum_equals", element_id, element_id, dimension)
