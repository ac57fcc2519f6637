"""The two counts of a ratio are answered alike: one alone would leave half a unit in the province's sums."""

from collections.abc import Iterator, Mapping

from shared.events import WITH_VALUE, Status
from submissions.rules.form import Cell, FormRules
from submissions.rules.violation import Violation, violation

Statuses = Mapping[Cell, Status]


def check_pairs(rules: FormRules, statuses: Statuses, places: Mapping[Cell, int]) -> list[Violation]:
    """`statuses` of the cells that were answered, whether or not their value could be read.

    A denominator that two ratios share may stand with a value although one of their numerators is missing.
    """
    shared = {
        (ratio.denominator, key)
        for ratio in rules.ratios
        for (element, key), status in statuses.items()
        if element == ratio.numerator and status in WITH_VALUE
    }
    violations = []
    for one, other in pairs_of_cells(rules, statuses):
        if answered(statuses[one]) == answered(statuses[other]):
            continue
        if statuses[one] == "missing" and other in shared:
            continue
        silent, spoken = (other, one) if statuses[one] in WITH_VALUE else (one, other)
        violations.append(
            violation(
                "answered_in_part",
                f"/observations/{places[silent]}/status",
                silent,
                name=rules.label(silent),
                other=rules.label(spoken),
            )
        )
    return violations


def pairs_of_cells(rules: FormRules, statuses: Statuses) -> Iterator[tuple[Cell, Cell]]:
    """The pairs of the form, once for each disaggregation in which both elements have a status."""
    for left, right in rules.pairs:
        for element, key in statuses:
            if element == left and (right, key) in statuses:
                yield (left, key), (right, key)


def answered(status: Status) -> str:
    return "value" if status in WITH_VALUE else status
