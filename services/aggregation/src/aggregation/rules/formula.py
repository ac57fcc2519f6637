"""A measure's value from sums: scale × numerator / denominator, exact until it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

from shared.catalogue import Measure

PLACES = Decimal("0.000001")
# Sums of values up to 10^12 with 6 decimals, divided by one another: up to 10^25, far more digits than the usual 28.
WIDE = Context(prec=120, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class CellSum:
    """Sum over the units below. `valued` have a number, `reported` answered (also không phát sinh), `expected` must."""

    value: Decimal | None = None
    valued: int = 0
    reported: int = 0
    expected: int = 0
    estimates: int = 0


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
    if measure.kind == "every_quarter":
        return (flag_element(measure),)
    names = tuple(dict.fromkeys(measure.elements))
    return names if len(names) == 1 else tuple(f"{name}.{measure.code}" for name in names)


def element_of(name: str) -> str:
    """The element of which a sum is kept under `name`."""
    return name.partition(".")[0]


def figure(measure: Measure, cells: Mapping[str, CellSum]) -> Figure:
    """The value of `measure` from the cells of its elements, all of one unit, period, basis and disaggregation.

    Never a mean of rates (docs/domain.md trap 1, trap 2). When numerator and denominator rest on different units there
    is no value.
    """
    used = [cells.get(name, CellSum()) for name in elements(measure)]
    reported, expected = min(c.reported for c in used), max(c.expected for c in used)
    numerator, denominator = _sides(measure, used)
    exact = None
    if all(c.reported == reported for c in used) and numerator is not None and denominator:
        exact = Fraction(measure.scale) * numerator / denominator
    single = measure.kind in ("milestone", "national_only")
    return Figure(
        exact,
        None if numerator is None else to_decimal(numerator),
        None if denominator is None or single else to_decimal(denominator),
        reported,
        expected,
        any(c.estimates for c in used),
    )


def to_decimal(exact: Fraction) -> Decimal:
    """Rounded half up to 6 decimals, plain notation without trailing zeros."""
    with localcontext(WIDE):
        value = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(PLACES)
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _sides(measure: Measure, used: list[CellSum]) -> tuple[Fraction | None, Fraction | None]:
    match measure.kind:
        case "ratio_of_sums":
            return _count(used[0]), _count(used[-1])
        case "flag_count" | "every_quarter":
            return _count(used[0]), Fraction(used[0].valued) if used[0].reported else None
        case "ratio_of_means":
            return _mean(used[0], used[1]), _mean(used[2], used[3])
        case _:
            return (_count(used[0]) if used[0].valued else None), Fraction(1)


def _count(cell: CellSum) -> Fraction | None:
    """Reported without a number is không phát sinh: nothing occurred, so it adds nothing."""
    if cell.value is not None:
        return Fraction(cell.value)
    return Fraction(0) if cell.reported else None


def _mean(amount: CellSum, persons: CellSum) -> Fraction | None:
    total, count = _count(amount), _count(persons)
    return None if total is None or not count else total / count
