"""What the templates ask for."""

from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.http.context import AggregationContext
from aggregation.http.presenters import NOTHING
from aggregation.http.query import Scope
from aggregation.pages.words import PageWords
from aggregation.rules.plan import PlanIndex
from aggregation.rules.revision import Basis
from services.aggregation.tests.drivers.history import NEW
from shared.access import Person
from shared.clock import Clock
from shared.disclosure import DisclosurePolicy
from shared.text import Language, messages

LEADER = Person("leader", "DAK_NONG", "x")
SOME = replace(NOTHING, reported=12, expected=28)


def words(
    plan: PlanIndex,
    unit: str = "DAK_NONG",
    period: str = "2026",
    basis: Basis = "received",
    *,
    spoken: Language = "vi",
    person: Person = LEADER,
) -> PageWords:
    nowhere = cast(AsyncEngine, None)  # no word asks the database
    context = AggregationContext(nowhere, plan, Clock(), messages.load("aggregation"), DisclosurePolicy(plan.catalogue))
    return PageWords(context, Scope(unit, period, basis), spoken, person)


@pytest.mark.parametrize(
    ("measure", "unit", "period", "basis", "reported", "address"),
    [
        ("6.1", "DAK_NONG", "2026", "received", 12, "/obligations?period=2026&form=B01-XA&state=pending"),
        ("6.1", "DAK_NONG", "2026", "received", 28, "/obligations?period=2026&form=B01-XA"),
        ("6.1", "DAK_NONG", "2026", "accepted", 12, "/obligations?period=2026&form=B01-XA"),
        ("1.1", "DAK_NONG", "2026", "received", 12, "/obligations?period=2026&state=pending"),
        ("6.1", NEW, "2026", "accepted", 0, "/obligations?period=2026&form=B01-XA&unit=24736%402025-07-01"),
        ("6.1", "667@2021-01-01", "2024", "received", 12, None),
        ("6.3", "DAK_NONG", "2026", "received", 12, None),
        ("6.3", "DAK_NONG", "2026-Q3", "received", 12, "/obligations?period=2026-Q3&form=B02-XA-Q&state=pending"),
    ],
)
def test_who_is_missing_is_listed_by_submissions(
    plan: PlanIndex, measure: str, unit: str, period: str, basis: Basis, reported: int, address: str | None
) -> None:
    value = replace(SOME, reported=reported)
    assert words(plan, unit, period, basis).missing_url(plan.measures[measure], value) == address


def test_nobody_is_missing_for_who_sees_one_unit_or_where_nothing_is_owed(plan: PlanIndex) -> None:
    own = words(plan, person=Person("reporter", NEW, "x"))
    assert own.missing_url(plan.measures["6.1"], SOME) is None
    assert words(plan).missing_url(plan.measures["6.1"], NOTHING) is None


def test_addresses_keep_what_is_looked_at(plan: PlanIndex) -> None:
    assert words(plan).scoped("/indicators") == "/indicators?period=2026&basis=received"
    inner = words(plan, NEW, basis="accepted").scoped("/x", state="met")
    assert inner == "/x?period=2026&basis=accepted&unit=24736%402025-07-01&state=met"
    assert words(plan, NEW).scoped("/x", unit="a").endswith("&unit=a")


@pytest.mark.parametrize(
    ("spoken", "period", "name"),
    [("vi", "2026", "năm 2026"), ("vi", "2026-Q3", "quý III/2026"), ("en", "2026-Q3", "Q3 2026")],
)
def test_a_period_is_named(plan: PlanIndex, spoken: Language, period: str, name: str) -> None:
    assert words(plan, spoken=spoken).period(period) == name


@pytest.mark.parametrize(("spoken", "read"), [("vi", "49,96"), ("en", "49.96")])
def test_an_amount_has_the_digits_that_tell(plan: PlanIndex, spoken: Language, read: str) -> None:
    value = replace(SOME, value=Decimal("49.96"))
    named = words(plan, spoken=spoken)
    assert named.amount(plan.measures["2.1"], value, "2025") == read
    assert named.amount(plan.measures["2.1"], value, "2031") in ("50,0", "50.0")
    assert named.is_one("1") and not named.is_one("1.0")


def test_the_whole_and_its_parts_are_named(plan: PlanIndex) -> None:
    named = words(plan)
    assert named.category("sex", "female") == "Nữ" and named.category("sex", "x") == "x"
    judged = replace(SOME, value=Decimal(55), numerator=Decimal(55), denominator=Decimal(100), assessment="not_met")
    assert named.why(plan.measures["1.1"], judged, "2025") == ([], [""])
    assert named.why(plan.measures["1.1"], judged, "2026") == ([], [])
