"""A measure's value from sums: scale × numerator / denominator, exact until it is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from aggregation.rules.formula.cell_sum import CellSum
from aggregation.rules.formula.kinds import strategy
from shared.catalogue import Measure
from shared.catalogue.measure_kind import needs_of
from shared.text.decimals import PLACES, half_up, plain


@dataclass(frozen=True)
class Figure:
    """`exact` decides against a target, `value` (6 decimals) is stored. None: nothing reported, or 0/0."""

    exact: Fraction | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    reported: int = 0
    expected: int = 0
    provisional: bool = False

    @property
    def value(self) -> Decimal | None:
        return None if self.exact is None else to_decimal(self.exact)

    @property
    def complete(self) -> bool:
        return 0 < self.expected == self.reported


def flag_element(measure: Measure) -> str:
    """The element under which the yes/no derived from quarterly counts is kept."""
    return f"{measure.numerator}.every_quarter"


def elements(measure: Measure) -> tuple[str, ...]:
    """The names under which the sums of the measure are kept, numerator side first.

    A measure of several elements has sums of its own (`n_female_employed.2.1`): a unit's answer enters them only when
    it answers all of them, and an element may stand in two measures.
    """
    if needs_of(measure.kind).quarters:
        return (flag_element(measure),)
    names = tuple(dict.fromkeys(measure.elements))
    return names if len(names) == 1 else tuple(f"{name}.{measure.code}" for name in names)


def element_of(name: str) -> str:
    """The element of which a sum is kept under `name`."""
    return name.partition(".")[0]


def figure(measure: Measure, used: Sequence[CellSum]) -> Figure:
    """The value of `measure` from the cells of its `elements` in one unit, period, basis and disaggregation.

    Never a mean of rates (docs/domain.md trap 1, trap 2). When numerator and denominator rest on different units there
    is no value.
    """
    reported, expected = min(c.reported for c in used), max(c.expected for c in used)
    how = strategy(measure.kind)
    numerator, denominator = how.sides(used)
    exact = None
    if all(c.reported == reported for c in used) and numerator is not None and denominator:
        exact = Fraction(measure.scale) * numerator / denominator
    return Figure(
        exact,
        None if numerator is None else to_decimal(numerator),
        None if denominator is None or not how.tells_denominator else to_decimal(denominator),
        reported,
        expected,
        any(c.estimates for c in used),
    )


def to_decimal(exact: Fraction) -> Decimal:
    """Rounded half up to 6 decimals, plain notation without trailing zeros."""
    return Decimal(plain(half_up(exact, PLACES)))
