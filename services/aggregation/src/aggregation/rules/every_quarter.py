"""Indicator 6.3, kind `every_quarter`: a commune counts when it had enough items in EVERY quarter, its predecessors
included. The yes/no is derived from the quarterly counts and kept as a fact of its own (`figure.flag_element`)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import NAMESPACE_URL, UUID, uuid5

from aggregation.rules.assessment import meets
from aggregation.rules.fact import Fact
from aggregation.rules.formula import flag_element
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import FactKey, FactRow
from aggregation.rules.revision import BASES, Basis
from shared.calendar import Period
from shared.catalogue import Catalogue, Measure, Target

QuarterCounts = Mapping[tuple[str, str, str, Basis], Fact]  # unit, quarter, element, basis → the count


@dataclass(frozen=True, order=True)
class JudgedUnit:
    """A commune and the period (a quarter or a year) in which it is judged."""

    unit: str
    period: str


@dataclass(frozen=True)
class Judgement:
    """A flag to compute again: the counts of `element` that decide it, and the obligations that are the cause."""

    element: str
    judged: JudgedUnit
    parts: tuple[JudgedUnit, ...]
    causes: frozenset[UUID]


def source_id(element: str, judged: JudgedUnit) -> UUID:
    """A fact derived from others belongs to no obligation; it gets a stable id of its own."""
    return uuid5(NAMESPACE_URL, f"tiendo:{element}:{judged.unit}:{judged.period}")


def judged_units(catalogue: Catalogue, unit: str, period: str) -> list[JudgedUnit]:
    """What must be judged again when the count of `unit` in the quarter `period` changes.

    The quarter itself, and the year for whichever unit stands at the year's cut-off: `unit` or its successor.
    """
    quarter = Period.parse(period)
    if quarter.quarter is None:
        return []
    year = Period.parse(str(quarter.year))
    heirs = [u for u in [unit, *catalogue.successors(unit)] if catalogue.units[u].is_valid_on(year.cut_off)]
    return [JudgedUnit(unit, period), *(JudgedUnit(heir, str(year.year)) for heir in heirs)]


def parts(catalogue: Catalogue, judged: JudgedUnit) -> list[JudgedUnit]:
    """The counts that decide `judged`: (unit, quarter), every one of which must reach the minimum.

    For 2025 the first two quarters of a new commune are those of ALL the communes it replaced (docs/domain.md 4.4).
    """
    period = Period.parse(judged.period)
    if period.quarter is not None:
        return [judged]
    own = catalogue.units[judged.unit]
    counted: list[JudgedUnit] = []
    for quarter in period.quarters:
        units = [judged.unit] if own.is_valid_on(quarter.cut_off) else catalogue.predecessors(judged.unit)
        counted += [JudgedUnit(u, str(quarter)) for u in units if catalogue.units[u].is_valid_on(quarter.cut_off)]
    return counted


def units_judged(plan: PlanIndex, measure: Measure, unit: str, period: str) -> list[str]:
    """The units at and below `unit` that are judged in the period by the catalogue, opened or not."""
    catalogue = plan.catalogue
    owing = {
        (owed.unit, str(quarter))
        for quarter in Period.parse(period).quarters
        for owed in catalogue.forms_owed(quarter)
        if measure.numerator in catalogue.forms[owed.form].elements
    }
    judged = {one for place in owing for one in judged_units(catalogue, *place) if one.period == period}
    return sorted(one.unit for one in judged if unit in plan.path(one.unit))


def flag(counts: Sequence[Fact | None], minimum: Decimal) -> Fact:
    """1 when every quarter has at least `minimum` items, 0 when one has fewer; unanswered until all are answered.

    Not an average and not a yearly sum (docs/domain.md trap 8). Không phát sinh means no item was carried, hence 0.
    """
    answered = [count for count in counts if count is not None and count.status is not None]
    if not answered or len(answered) < len(counts):
        return Fact()
    enough = all((count.value or 0) >= minimum for count in answered)
    provisional = any(count.status == "estimate" for count in answered)
    implausible = any(count.implausible for count in answered)
    return Fact(Decimal(int(enough)), "estimate" if provisional else "final", implausible=implausible)


@dataclass(frozen=True)
class Outlook:
    """What can still become of a value while counts are missing. `missed`: the units with too few in some quarter,
    of the `units` that are judged. `out_of_reach`: whatever the rest reports, the target is not met."""

    units: int
    missed: frozenset[str]
    out_of_reach: bool


def outlook(measure: Measure, target: Target | None, counts: Mapping[str, Sequence[Fact | None]]) -> Outlook:
    """`counts`: unit → the counts of the quarters that decide it (`parts`). A count that is there is taken as it
    stands; a later correction is looked at when it comes. Once all is reported it is the assessment that tells."""
    minimum = measure.quarter_minimum or Decimal(0)
    flags = {unit: flag(quarters, minimum) for unit, quarters in counts.items()}
    missed = frozenset(unit for unit, quarters in counts.items() if any(_too_few(count, minimum) for count in quarters))
    decided = all(one.status for one in flags.values())
    out_of_reach = target is not None and not decided and not meets(_best(measure, flags, missed), target)
    return Outlook(len(counts), missed, out_of_reach)


def _best(measure: Measure, flags: Mapping[str, Fact], missed: Collection[str]) -> Fraction:
    """The best that the value can still become: who has yet to report, and has missed nothing so far, may suffice."""
    enough = sum(one.value == 1 for one in flags.values())
    if measure.direction == "higher":
        enough += sum(one.status is None and unit not in missed for unit, one in flags.items())
    return Fraction(measure.scale) * enough / len(flags)


def _too_few(count: Fact | None, minimum: Decimal) -> bool:
    return count is not None and count.status is not None and (count.value or 0) < minimum


def judgements(plan: PlanIndex, changed: Iterable[FactRow]) -> list[Judgement]:
    """The flags that depend on the quarterly counts among the `changed` facts."""
    causes: dict[tuple[str, JudgedUnit], set[UUID]] = defaultdict(set)
    for row in changed:
        if row.key.element in plan.quarterly and not row.key.disaggregation:
            for judged in judged_units(plan.catalogue, row.unit, row.period):
                causes[(row.key.element, judged)].add(row.key.source)
    return [
        Judgement(element, judged, tuple(parts(plan.catalogue, judged)), frozenset(obligations))
        for (element, judged), obligations in causes.items()
    ]


def flag_rows(plan: PlanIndex, judgement: Judgement, counts: QuarterCounts) -> list[FactRow]:
    """The flag on each basis; not expected of a unit that does not exist on the period's cut-off day."""
    measure, judged = plan.quarterly[judgement.element], judgement.judged
    name = flag_element(measure)
    stands = plan.stands(judged.unit, judged.period)
    rows = []
    for basis in BASES:
        quarters = [counts.get((part.unit, part.period, judgement.element, basis)) for part in judgement.parts]
        fact = flag(quarters, measure.quarter_minimum or Decimal(0)) if stands else Fact(expected=False)
        rows.append(FactRow(FactKey(source_id(name, judged), name, "", basis), judged.unit, judged.period, fact))
    return rows
