from shared.catalogue.draft import Draft
from shared.catalogue.entry import Entry
from shared.catalogue.measure import Indicator, Measure, MeasureKind, Objective, Target
from shared.catalogue.read_units import read_tenure

_BARE: tuple[MeasureKind, ...] = ("flag_count", "milestone", "national_only", "every_quarter")


def read_indicators(file: Entry, draft: Draft) -> None:
    for item in file.entries("objectives"):
        objective = Objective(item.integer("number", 1, 99), item.text("vi"), item.text("en"))
        if draft.declare("objective", str(objective.number), item.place):
            draft.objectives.append(objective)
        item.close()
    for item in file.entries("indicators"):
        _read_indicator(item, draft)
    file.close()


def _read_indicator(item: Entry, draft: Draft) -> None:
    code = item.code("code")
    number = item.integer("objective", 1, 99)
    if all(objective.number != number for objective in draft.objectives):
        item.fault("objective", "unknown_objective", f"indicator {code}: no objective {number}")
    source = item.code_or_none("source")
    if source is not None and source not in draft.sources:
        item.fault("source", "unknown_source", f"indicator {code}: no source {source}")
    split_by = item.code_or_none("split_by")
    if split_by is not None and split_by not in draft.dimensions:
        item.fault("split_by", "unknown_dimension", f"indicator {code}: no dimension {split_by}")
    contributes = item.codes("contributes")
    for body in contributes:
        if body not in draft.units:
            item.fault("contributes", "unknown_unit", f"indicator {code}: no body {body}")
    owners = []
    for entry in item.entries("owners"):
        tenure = read_tenure(entry)
        owners.append(tenure)
        draft.owners.append((entry.place, code, tenure))
        entry.close()
    indicator = Indicator(
        code=code,
        objective=number,
        seed_ref=item.text("seed_ref"),
        name_vi=item.text("vi"),
        name_en=item.text("en"),
        wording=item.choice("wording", ("confirmed", "numbers", "unconfirmed")),
        source=source,
        owners=tuple(owners),
        split_by=split_by,
        contributes=contributes,
        sensitive=item.flag("sensitive"),
    )
    if draft.declare("indicator", code, item.place):
        draft.indicators[code] = indicator
    measures = item.entries("measures")
    if not measures:
        item.fault("measures", "measure_missing", f"indicator {code} has no measure")
    for entry in measures:
        measure = _read_measure(entry, indicator, draft)
        if draft.declare("measure", measure.code, entry.place):
            draft.measures[measure.code] = measure
        entry.close()
    item.close()


def _read_measure(item: Entry, indicator: Indicator, draft: Draft) -> Measure:
    noted = item.has("note_vi") or item.has("note_en")
    measure = Measure(
        code=item.code("code"),
        indicator=indicator.code,
        name_vi=item.text("vi"),
        name_en=item.text("en"),
        unit_vi=item.text("unit_vi"),
        unit_en=item.text("unit_en"),
        direction=item.choice("direction", ("higher", "lower")),
        kind=item.choice("kind", ("ratio_of_sums", "ratio_of_means", *_BARE)),
        numerator=item.code("numerator"),
        denominator=item.code_or_none("denominator"),
        scale=item.decimal("scale"),
        decimals=item.integer("decimals", 0, 6),
        targets=_read_targets(item, "targets"),
        numerator_persons=item.code_or_none("numerator_persons"),
        denominator_persons=item.code_or_none("denominator_persons"),
        tested_by=item.code_or_none("tested_by"),
        partly_by=item.code_or_none("partly_by"),
        share=item.flag("share"),
        floor=item.decimal_or_none("floor"),
        baseline=item.decimal_or_none("baseline"),
        quarter_minimum=item.decimal_or_none("quarter_minimum"),
        availability=item.choice("availability", ("admin", "gso_survey", "gso_census", "milestone")),
        reference=item.choice("reference", ("reporting_year", "school_year", "survey_year")),
        national_targets=_read_targets(item, "national_targets"),
        sensitive=indicator.sensitive,
        note_vi=item.text("note_vi") if noted else None,
        note_en=item.text("note_en") if noted else None,
    )
    _check_formula(item, measure)
    _check_targets(item, measure, draft)
    _check_references(item, measure, draft)
    return measure


def _read_targets(item: Entry, key: str) -> tuple[Target, ...]:
    found: list[Target] = []
    for entry in item.entries(key, required=False):
        target = Target(
            year=entry.integer("year", 2000, 2099),
            op=entry.choice("op", (">=", ">", "<=", "<"), fault="bad_operator"),
            value=entry.decimal("value"),
            approximate=entry.flag("approximate"),
            confirmed=entry.flag("confirmed", default=True),
            from_onward=entry.flag("from_onward"),
        )
        if any(other.year == target.year for other in found):
            entry.fault("year", "duplicate_target", f"two targets for {target.year}")
        found.append(target)
        entry.close()
    return tuple(sorted(found, key=lambda target: target.year))


def _check_formula(item: Entry, measure: Measure) -> None:
    if measure.kind in _BARE:
        if measure.denominator is not None:
            message = f"measure {measure.code}: a {measure.kind} has no denominator element"
            item.fault("denominator", "denominator_unexpected", message)
    elif measure.denominator is None:
        item.fault("numerator", "denominator_missing", f"measure {measure.code}: formula without denominator")
    if measure.kind == "ratio_of_means" and None in (measure.numerator_persons, measure.denominator_persons):
        item.fault("kind", "persons_missing", f"measure {measure.code}: a ratio of means counts persons on both sides")
    if measure.kind == "every_quarter" and measure.quarter_minimum is None:
        item.fault("kind", "minimum_missing", f"measure {measure.code}: every_quarter needs quarter_minimum")
    if measure.scale <= 0:
        item.fault("scale", "bad_decimal", f"measure {measure.code}: scale must be above zero")


def _check_targets(item: Entry, measure: Measure, draft: Draft) -> None:
    years = {target.year for target in measure.targets}
    for year in draft.plan.target_years if draft.plan else ():
        if year not in years:
            item.fault("targets", "target_missing", f"measure {measure.code}: no target for {year}")


def _check_references(item: Entry, measure: Measure, draft: Draft) -> None:
    for key in ("numerator", "numerator_persons", "denominator", "denominator_persons"):
        element_id: str | None = getattr(measure, key)
        if element_id and element_id not in draft.elements:
            item.fault(key, "unknown_element", f"measure {measure.code}: no element {element_id}")
    for key in ("tested_by", "partly_by"):
        dimension_id: str | None = getattr(measure, key)
        if dimension_id and dimension_id not in draft.dimensions:
            item.fault(key, "unknown_dimension", f"measure {measure.code}: no dimension {dimension_id}")
    numerator = draft.elements.get(measure.numerator)
    if numerator is None:
        return
    if measure.kind in ("flag_count", "milestone") and numerator.kind != "flag":
        item.fault("numerator", "not_a_flag", f"measure {measure.code}: {numerator.id} is not a yes/no element")
    if measure.tested_by is not None and numerator.required_by != measure.tested_by:
        message = f"measure {measure.code}: {numerator.id} is not reported by {measure.tested_by}"
        item.fault("tested_by", "not_disaggregated", message)
