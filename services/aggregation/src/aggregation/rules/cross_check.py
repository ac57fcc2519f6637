"""Two counts of the same births: the health department's total (4.2), the communes' boys and girls (4.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.rules.revision import Basis
from shared.catalogue import Measure

TOTAL, BOYS, GIRLS = "n_live_births", "n_live_births_male", "n_live_births_female"


@dataclass(frozen=True)
class BirthsDifference:
    """`total` births in one count, `parts` in the other. Worth a question, not a fault: their sources differ."""

    total: Decimal
    parts: Decimal


def births_measures(plan: PlanIndex) -> tuple[Measure, Measure] | None:
    """The measure over all births and the one of boys over girls; None in a plan without them."""
    whole = next((m for m in plan.measures.values() if m.denominator == TOTAL), None)
    ratio = next((m for m in plan.measures.values() if (m.numerator, m.denominator) == (BOYS, GIRLS)), None)
    return (whole, ratio) if whole and ratio else None


def beside(plan: PlanIndex, code: str) -> tuple[str, ...]:
    """The measures that must be read to know whether `code` agrees with its twin."""
    codes = tuple(m.code for m in births_measures(plan) or ())
    return codes if code in codes else ()


def difference(
    plan: PlanIndex, code: str, *, unit: str, period: str, basis: Basis, values: Mapping[ValueKey, Value]
) -> BirthsDifference | None:
    """Only when both counts are complete in the same place and period."""
    codes = beside(plan, code)
    if not codes:
        return None
    whole, ratio = (values.get(ValueKey(name, unit, period, basis)) for name in codes)
    (_, total), (boys, girls) = _counts(whole), _counts(ratio)
    if total is None or boys is None or girls is None or total == boys + girls:
        return None
    return BirthsDifference(total, boys + girls)


def _counts(value: Value | None) -> tuple[Decimal | None, Decimal | None]:
    """Numerator and denominator of a complete value; nothing of any other."""
    if value is None or not 0 < value.expected == value.reported:
        return None, None
    return value.numerator, value.denominator
