"""Indicator 6.3: a commune counts when it had enough items in EVERY quarter, its predecessors included."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from aggregation.rules.fact import Fact
from shared.calendar import Period
from shared.catalogue import Catalogue


@dataclass(frozen=True, order=True)
class Target:
    """A commune and the period (a quarter or a year) in which it is judged."""

    unit: str
    period: str


def source_id(element: str, target: Target) -> UUID:
    """A derived fact belongs to no obligation; it gets a stable id of its own."""
    return uuid5(NAMESPACE_URL, f"tiendo:{element}:{target.unit}:{target.period}")


def targets(catalogue: Catalogue, unit: str, period: str) -> list[Target]:
    """What must be judged again when the count of `unit` in the quarter `period` changes.

    The quarter itself, and the year for whichever unit stands at the year's cut-off: `unit` or its successor.
    """
    quarter = Period.parse(period)
    if quarter.quarter is None:
        return []
    year = Period.parse(str(quarter.year))
    heirs = [u for u in [unit, *catalogue.successors(unit)] if catalogue.units[u].is_valid_on(year.cut_off)]
    return [Target(unit, period), *(Target(heir, str(year.year)) for heir in heirs)]


def parts(catalogue: Catalogue, target: Target) -> list[Target]:
    """The counts that decide `target`: (unit, quarter), every one of which must reach the minimum.

    For 2025 the first two quarters of a new commune are those of ALL the communes it replaced (docs/domain.md 4.4).
    """
    period = Period.parse(target.period)
    if period.quarter is not None:
        return [target]
    own = catalogue.units[target.unit]
    found: list[Target] = []
    for quarter in period.quarters:
        units = [target.unit] if own.is_valid_on(quarter.cut_off) else catalogue.predecessors(target.unit)
        found += [Target(u, str(quarter)) for u in units if catalogue.units[u].is_valid_on(quarter.cut_off)]
    return found


def flag(counts: Sequence[Fact | None], minimum: Decimal) -> Fact:
    """1 when every quarter has at least `minimum` items, 0 when one has fewer; unanswered until all are answered.

    Not an average and not a yearly sum (docs/domain.md trap 8). Không phát sinh means no item was carried, hence 0.
    """
    if not counts or any(count is None or count.status is None for count in counts):
        return Fact()
    enough = all((count.value or 0) >= minimum for count in counts if count)
    provisional = any(count.status == "estimate" for count in counts if count)
    return Fact(Decimal(int(enough)), "estimate" if provisional else "final")
