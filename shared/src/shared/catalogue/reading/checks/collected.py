from collections.abc import Iterator
from datetime import date

from shared.calendar import Period
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.form import Assignment
from shared.catalogue.reading.checks.measures import elements_of
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw
from shared.catalogue.reading.models.indicators import MeasureEntry


def check_collected(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    """Every cell a measure needs is on a form somebody owes, from its first target year to the end of the plan."""
    plan = files.plan.plan
    if plan.is_unread("valid_from", "valid_to"):
        return
    owed = _owed_cells(catalogue)
    for measure in files.indicators.measures:
        years = [target.year for target in measure.targets if not target.is_unread("year")]
        if not years:
            continue
        begin = max(plan.valid_from, Period(min(years)).start)
        for cell in _needed_cells(measure, catalogue):
            reached = _end_of_chain(owed.get(cell, []), begin)
            if reached < plan.valid_to:
                message = f"measure {measure.code}: nobody is asked for {' '.join(cell).rstrip()} from {reached}"
                yield Flaw(measure, None, "not_collected", message)


def _owed_cells(catalogue: Catalogue) -> dict[tuple[str, str], list[Assignment]]:
    """Every cell of the forms, with all who owe it on one of them."""
    owed: dict[tuple[str, str], list[Assignment]] = {}
    for form in catalogue.forms.values():
        for field in form.fields:
            owed.setdefault((field.element, field.key), []).extend(form.assigned)
    return owed


def _end_of_chain(assignments: list[Assignment], begin: date) -> date:
    """The first day from `begin` on that no assignment covers."""
    reached = begin
    for assignment in sorted(assignments, key=lambda assignment: assignment.valid_from):
        if assignment.valid_from <= reached:
            reached = max(reached, assignment.valid_to or date.max)
    return reached


def _needed_cells(measure: MeasureEntry, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for _, element_id in elements_of(measure):
        element = catalogue.elements.get(element_id)
        dimension = catalogue.dimensions.get(element.required_by or "") if element else None
        if dimension is not None:
            yield from ((element_id, f"{dimension.id}={category}") for category in dimension.category_ids)
        elif element is not None:
            yield element_id, ""
