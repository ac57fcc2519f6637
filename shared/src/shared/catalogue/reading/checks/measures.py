from collections.abc import Iterator

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.form import Form
from shared.catalogue.measure_kind import KindNeeds, needs_of
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw
from shared.catalogue.reading.models.indicators import MeasureEntry, TargetEntry


def check_measures(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    for measure in files.indicators.measures:
        what = f"measure {measure.code}"
        yield from _formula(measure, what)
        yield from _note(measure)
        yield from _references(measure, what, catalogue)
        yield from _numerator(measure, what, catalogue)
        yield from _targets(measure, what, catalogue)
        yield from _not_applicable(measure, what, catalogue)
    yield from _quarters(files, catalogue)


def elements_of(measure: MeasureEntry) -> list[tuple[str, str]]:
    """Pairs of key and element: what the formula names."""
    keys = ("numerator", "numerator_persons", "denominator", "denominator_persons")
    return [(key, getattr(measure, key)) for key in keys if getattr(measure, key) is not None]


def _formula(measure: MeasureEntry, what: str) -> Iterator[Flaw]:
    needs = needs_of(measure.kind)
    yield from _denominator(measure, what, needs)
    if needs.persons and None in (measure.numerator_persons, measure.denominator_persons):
        yield Flaw(measure, "kind", "persons_missing", f"{what}: a ratio of means counts persons on both sides")
    if needs.quarters and measure.quarter_minimum is None:
        yield Flaw(measure, "kind", "minimum_missing", f"{what}: {measure.kind} needs quarter_minimum")
    if measure.quarter_minimum is not None and measure.quarter_minimum <= 0:
        yield Flaw(measure, "quarter_minimum", "bad_decimal", f"{what}: quarter_minimum must be above zero")
    if measure.scale <= 0:
        yield Flaw(measure, "scale", "bad_decimal", f"{what}: scale must be above zero")


def _denominator(measure: MeasureEntry, what: str, needs: KindNeeds) -> Iterator[Flaw]:
    if not needs.denominator and measure.denominator is not None:
        message = f"{what}: a {measure.kind} has no denominator element"
        yield Flaw(measure, "denominator", "denominator_unexpected", message)
    if needs.denominator and measure.denominator is None and not measure.is_unread("denominator", "kind"):
        yield Flaw(measure, "numerator", "denominator_missing", f"{what}: formula without denominator")


def _note(measure: MeasureEntry) -> Iterator[Flaw]:
    """In both languages or in none."""
    if (measure.note_vi is None) != (measure.note_en is None):
        key = "note_vi" if measure.note_vi is None else "note_en"
        yield Flaw(measure, key, "missing_text", f"{key!r} has no text")


def _quarters(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    """A count of every quarter is asked for every quarter, and decides one measure."""
    decided: dict[str, str] = {}
    for measure in (measure for measure in files.indicators.measures if needs_of(measure.kind).quarters):
        what, counted = f"measure {measure.code}", measure.numerator
        if (other := decided.setdefault(counted, measure.code)) != measure.code:
            yield Flaw(measure, "numerator", "decided_twice", f"{what}: {counted} decides measure {other} already")
        for form in _not_quarterly(counted, catalogue):
            message = f"{what}: form {form.code} asks for {counted} once a {form.frequency}, not every quarter"
            yield Flaw(measure, "numerator", "not_quarterly", message)


def _not_quarterly(element: str, catalogue: Catalogue) -> Iterator[Form]:
    for form in catalogue.forms.values():
        if form.frequency != "quarter" and element in {field.element for field in form.fields}:
            yield form


def _references(measure: MeasureEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    for key, element in elements_of(measure):
        if element not in catalogue.elements:
            yield Flaw(measure, key, "unknown_element", f"{what}: no element {element}")
    for key, dimension in (("tested_by", measure.tested_by), ("partly_by", measure.partly_by)):
        if dimension is not None and dimension not in catalogue.dimensions:
            yield Flaw(measure, key, "unknown_dimension", f"{what}: no dimension {dimension}")


def _numerator(measure: MeasureEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    numerator = catalogue.elements.get(measure.numerator)
    if numerator is None:
        return
    if needs_of(measure.kind).yes_no and numerator.kind != "flag":
        yield Flaw(measure, "numerator", "not_a_flag", f"{what}: {numerator.id} is not a yes/no element")
    if measure.tested_by is not None and numerator.required_by != measure.tested_by:
        message = f"{what}: {numerator.id} is not reported by {measure.tested_by}"
        yield Flaw(measure, "tested_by", "not_disaggregated", message)


def _targets(measure: MeasureEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    years = {target.year for target in measure.targets}
    for year in catalogue.plan.target_years:
        if year not in years:
            yield Flaw(measure, "targets", "target_missing", f"{what}: no target for {year}")
    for target in measure.targets:
        yield from _tolerance(target, what)
    yield from _twice(measure.targets)
    yield from _twice(measure.national_targets)


def _tolerance(target: TargetEntry, what: str) -> Iterator[Flaw]:
    """ "khoảng" has a tolerance, a plain target none."""
    if target.approximate and target.tolerance is None and not target.is_unread("tolerance"):
        message = f"{what}: an approximate target says its tolerance"
        yield Flaw(target, "approximate", "tolerance_missing", message)
    if target.tolerance is None:
        return
    if not target.approximate and not target.is_unread("approximate"):
        message = f"{what}: only an approximate target has a tolerance"
        yield Flaw(target, "tolerance", "tolerance_unexpected", message)
    if target.tolerance <= 0:
        yield Flaw(target, "tolerance", "bad_decimal", f"{what}: tolerance must be above zero")


def _twice(targets: tuple[TargetEntry, ...]) -> Iterator[Flaw]:
    seen: set[int] = set()
    for target in targets:
        if target.year in seen:
            yield Flaw(target, "year", "duplicate_target", f"two targets for {target.year}")
        seen.add(target.year)


def _not_applicable(measure: MeasureEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    """All elements of a measure may be not applicable, or none: else a unit could leave one side of it only."""
    elements = [catalogue.elements[id_] for _, id_ in elements_of(measure) if id_ in catalogue.elements]
    if len({element.may_be_not_applicable for element in elements}) > 1:
        allowed = ", ".join(element.id for element in elements if element.may_be_not_applicable)
        message = f"{what}: only {allowed} may be not applicable; all of its elements may, or none"
        yield Flaw(measure, None, "not_applicable_in_part", message)
