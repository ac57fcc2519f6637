"""A stored value with what the catalogue says about its measure: the item of docs/design.md 6.3."""

from collections.abc import Mapping

from aggregation.http.schemas import HistoryItem, IndicatorSchema, PartSchema, TargetSchema
from aggregation.rules.formula import shown
from aggregation.rules.formula.precision import Figures
from aggregation.rules.records import Value
from aggregation.rules.revision import Basis
from shared.calendar import Period
from shared.catalogue import Measure
from shared.catalogue.measure import Operator
from shared.text import Language
from shared.text.figures import number

NOTHING = Value(None, None, None, 0, 0, "not_assessed")


def target_of(measure: Measure, period: str) -> TargetSchema | None:
    """The target of the period's year, else the next one ahead, marked as not binding."""
    year = Period.parse(period).year
    target, binding = measure.target_for(year), True
    if target is None:
        target, binding = measure.next_target(year), False
    if target is None:
        return None
    return TargetSchema(
        op=target.op,
        value=target.value,
        year=target.year,
        approximate=target.approximate,
        confirmed=target.confirmed,
        binding=binding,
        tolerance=target.tolerance,
        tolerance_confirmed=target.tolerance_confirmed,
    )


SIGNS: Mapping[Operator, str] = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}


def bound(measure: Measure, op: Operator, value: str) -> str:
    """ "≥ 60", and "100" for a share of everything, of which there is no more."""
    if measure.unit_vi == "%" and (op, value) == (">=", "100"):
        return value
    return f"{SIGNS[op]} {value}"


def amount(measure: Measure, figures: Figures, period: str, spoken: Language) -> str:
    """The number of a period in words, in tables and charts alike: with as many digits as it takes to see on which
    side it stands of the target that is shown beside it."""
    target = measure.next_target(Period.parse(period).year)
    return number(*shown(measure, figures, target), language=spoken)


def item(
    measure: Measure,
    unit: str,
    period: str,
    basis: Basis,
    value: Value | None,
    spoken: Language,
    out_of_reach: bool | None = None,
) -> IndicatorSchema:
    """`value` None: nothing is stored for the measure there; it is an item all the same."""
    v = value or NOTHING
    return IndicatorSchema(
        code=measure.code,
        measure=measure.code,
        indicator=measure.indicator,
        name=measure.name_vi if spoken == "vi" else measure.name_en,
        unit_of_measure=measure.unit_vi if spoken == "vi" else measure.unit_en,
        unit=unit,
        period=period,
        basis=basis,
        value=v.value,
        numerator=v.numerator,
        denominator=v.denominator,
        reported=v.reported,
        expected=v.expected,
        target=target_of(measure, period),
        assessment=v.assessment,
        provisional=v.provisional,
        below_floor=v.below_floor,
        above_whole=v.above_whole,
        parts=[PartSchema.model_validate(part, from_attributes=True) for part in v.parts],
        as_of=v.as_of,
        suppressed=v.suppressed,
        needs_check=v.needs_check,
        out_of_reach=out_of_reach,
    )


def history_item(measure: str, unit: str, period: str, basis: Basis, v: Value) -> HistoryItem:
    if v.as_of is None:
        raise ValueError("a value of the history has its instant")
    return HistoryItem(
        measure=measure,
        unit=unit,
        period=period,
        basis=basis,
        value=v.value,
        numerator=v.numerator,
        denominator=v.denominator,
        reported=v.reported,
        expected=v.expected,
        assessment=v.assessment,
        provisional=v.provisional,
        as_of=v.as_of,
        suppressed=v.suppressed,
        needs_check=v.needs_check,
    )
