"""The two counts of a ratio are answered alike: one alone would leave half a unit in the province's sums."""

from collections.abc import Mapping

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
    for left, right in rules.pairs:
        for key in (key for (element, key) in statuses if element == left and (right, key) in statuses):
            one, other = (left, key), (right, key)
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


def answered(status: Status) -> str:
    return "value" if status in WITH_VALUE else status
