"""Rules between the cells of one report: parts within their whole, parts that add up, ratios that cannot be."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from shared.text.decimals import half_up
from submissions.rules.form import Cell, FormRules
from submissions.rules.observation import Observation
from submissions.rules.violation import Violation, figure, violation

Taken = Mapping[Cell, Observation]
Places = Mapping[Cell, int]


def check_shares(rules: FormRules, taken: Taken, places: Places) -> list[Violation]:
    """A share's numerator cannot exceed its denominator, cell by cell, and as a whole where cells differ."""
    violations = []
    for part, whole in rules.shares:
        upper, lower = parts(part, taken), parts(whole, taken)
        pairs = [(key, upper[key], lower[key]) for key in upper if key in lower]
        if not pairs:
            whole_upper, whole_lower = total(rules, part, taken), total(rules, whole, taken)
            if whole_upper is not None and whole_lower is not None:
                pairs = [(next(iter(upper), ""), whole_upper, whole_lower)]
        for key, numerator, denominator in pairs:
            if numerator > denominator:
                cell = (part, key)
                violations.append(
                    violation(
                        "numerator_above_denominator",
                        f"/observations/{places[cell]}/value" if cell in places else "/observations",
                        cell,
                        numerator=rules.names[part],
                        numerator_value=figure(numerator),
                        denominator=rules.names[whole],
                        denominator_value=figure(denominator),
                    )
                )
    return violations


def check_hours(rules: FormRules, taken: Taken, places: Places) -> list[Violation]:
    """Total hours of so many persons: too few are a mean given for the total, too many do not fit into the time."""
    violations = []
    for rule in rules.hours:
        hours, persons = total(rules, rule.hours, taken), total(rules, rule.persons, taken)
        if hours is None or persons is None:
            continue
        if hours > 0 and rule.at_least * persons <= hours <= rule.at_most * persons:
            continue
        code = "hours_above_possible" if hours > rule.at_most * persons else "hours_look_like_mean"
        cell = (rule.hours, "")
        violations.append(
            violation(
                code,
                f"/observations/{places[cell]}/value" if cell in places else "/observations",
                cell,
                hours=rules.names[rule.hours],
                value=figure(hours),
                persons=rules.names[rule.persons],
                count=figure(persons),
                at_least=figure(rule.at_least),
                at_most=figure(rule.at_most),
            )
        )
    return violations


def check_parts(rules: FormRules, taken: Taken, places: Places) -> list[Violation]:
    """Optional cells by one dimension: all given, they are the total; some given, they do not exceed it."""
    violations = []
    for element, by_dimension in rules.parts.items():
        values = parts(element, taken)
        if "" not in values:
            continue
        for dimension_id, keys in by_dimension.items():
            given = [values[key] for key in keys if key in values]
            added, whole = sum(given, Decimal(0)), values[""]
            complete = len(given) == len(keys)
            if given and (added > whole or (complete and added != whole)):
                violations.append(
                    violation(
                        "parts_do_not_add_up",
                        f"/observations/{places[element, '']}/value",
                        (element, ""),
                        name=rules.names[element],
                        dimension=rules.dimensions[dimension_id].name,
                        sum=figure(added),
                        total=figure(whole),
                    )
                )
    return violations


def warn_floors(rules: FormRules, observations: Taken) -> list[Violation]:
    """A sex ratio at birth below its natural 104 is more often a mistake than a fact (docs/domain.md trap 3)."""
    warnings = []
    for ratio in rules.ratios:
        if ratio.floor is None:
            continue
        numerator = total(rules, ratio.numerator, observations)
        denominator = total(rules, ratio.denominator, observations)
        if numerator is None or not denominator:
            continue
        if ratio.scale * numerator < ratio.floor * denominator:
            value = Fraction(ratio.scale) * Fraction(numerator) / Fraction(denominator)
            values = {"measure": ratio.measure, "value": figure(half_up(value, 1)), "floor": figure(ratio.floor)}
            warnings.append(violation("ratio_below_floor", "/observations", (ratio.numerator, ""), **values))
    return warnings


def parts(element: str, taken: Taken) -> dict[str, Decimal]:
    return {key: o.value for (id_, key), o in taken.items() if id_ == element and o.value is not None}


def total(rules: FormRules, element: str, taken: Taken) -> Decimal | None:
    """The total cell, or the sum of the required cells when all have a value."""
    values = parts(element, taken)
    if "" in values:
        return values[""]
    keys = [f.key for f in rules.fields if f.element.id == element and f.required]
    if not keys or any(key not in values for key in keys):
        return None
    return sum((values[key] for key in keys), Decimal(0))
