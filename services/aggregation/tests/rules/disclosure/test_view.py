"""What one reader gets of values, sums and figures."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from aggregation.rules.disclosure import View
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from shared.access import Person, Role
from shared.disclosure import DisclosurePolicy

NOW = datetime(2026, 12, 1, tzinfo=UTC)
COMMUNE, ROOT = "24736@2025-07-01", "DAK_NONG"


def view(plan: PlanIndex, role: Role, unit: str = ROOT) -> View:
    return View(plan, DisclosurePolicy(plan.catalogue), Person(role, unit, "x"))


def births(count: int) -> Value:
    rate = Decimal(count) * 1000 / Decimal(300)
    return Value(rate, Decimal(count), Decimal(300), 1, 1, "met", needs_check=True, as_of=NOW)


def key(unit: str, measure: str = "4.3") -> ValueKey:
    return ValueKey(measure, unit, "2026", "received")


@pytest.mark.parametrize("count", [0, 3, 40])
def test_a_communes_value_is_for_itself_and_who_needs_to_know(plan: PlanIndex, count: int) -> None:
    live = births(count)
    for reader in (view(plan, "reporter", COMMUNE), view(plan, "coordinator"), view(plan, "auditor")):
        assert reader.value(key(COMMUNE), live) == live
    for reader in (view(plan, "leader"), view(plan, "ops"), view(plan, "reporter", "24739@2025-07-01")):
        shown = reader.value(key(COMMUNE), live)
        assert (shown.value, shown.numerator, shown.denominator, shown.assessment) == (None, None, None, "not_assessed")
        assert shown.as_of is None and shown.suppressed and not shown.needs_check
        assert (shown.reported, shown.expected) == (1, 1)


def test_the_sum_of_communes_is_read_live_by_who_needs_to_know_only(plan: PlanIndex) -> None:
    measure = plan.measures["4.3"]
    assert view(plan, "auditor").value(key(ROOT), births(700)) == births(700)
    for role in ("leader", "ops", "reporter"):
        reader = view(plan, role)
        assert reader.reads_published(measure, ROOT) and reader.value(key(ROOT), births(700)).suppressed


@pytest.mark.parametrize(("count", "hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_an_owners_small_count_hides_the_whole_value(plan: PlanIndex, count: int, hidden: bool) -> None:
    """Of 3.3, which one department reports for the whole area."""
    live = replace(births(count), denominator=Decimal(30))
    assert view(plan, "reporter", "SO_TU_PHAP").value(key(ROOT, "3.3"), live).suppressed == hidden
    assert view(plan, "leader").value(key(ROOT, "3.3"), live) == live


def test_a_figure_behind_a_value_is_read_with_it(plan: PlanIndex) -> None:
    shown, hidden = births(40), replace(births(3), suppressed=True)
    other = view(plan, "reporter", "SO_TU_PHAP")
    assert other.may_read("SO_Y_TE", "n_maternal_deaths", shown)
    assert not other.may_read("SO_Y_TE", "n_maternal_deaths", hidden)
    assert not other.may_read(COMMUNE, "n_adolescent_births", shown)
    assert view(plan, "reporter", COMMUNE).may_read(COMMUNE, "n_adolescent_births", hidden)
    assert other.may_read(COMMUNE, "population", shown)
    assert not view(plan, "ops").may_read(COMMUNE, "population", shown), "ops read no unit's figures"


def test_what_is_not_sensitive_is_shown(plan: PlanIndex) -> None:
    assert view(plan, "reporter").value(key(COMMUNE, "6.1"), births(2)) == births(2)
