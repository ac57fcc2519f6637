"""The words and points of a chart."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregation.http.presenters import NOTHING
from aggregation.pages.charts.chart import Series, labelled
from aggregation.pages.charts.series import series_of
from aggregation.rules.formula import to_decimal
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value
from services.aggregation.tests.pages.test_words import words
from shared.text import Language, messages

MESSAGES = messages.load("aggregation")


def ratio(numerator: int, denominator: int) -> Value:
    value = to_decimal(Fraction(100 * numerator, denominator))
    known = replace(NOTHING, value=value, reported=1, expected=1)
    return replace(known, numerator=Decimal(numerator), denominator=Decimal(denominator))


def drawn(plan: PlanIndex, code: str, years: dict[str, Value], spoken: Language) -> Series:
    return series_of(MESSAGES, plan.measures[code], list(years.items()), plan.catalogue.plan, spoken)


@given(data=st.data(), hundredths=st.integers(-60, 60), spoken=st.sampled_from(["vi", "en"]))
def test_chart_and_table_read_the_same_digits(
    plan: PlanIndex, data: st.DataObject, hundredths: int, spoken: Language
) -> None:
    """In every year, for values so near a target that it takes more digits to tell them apart."""
    measure = data.draw(st.sampled_from([m for m in plan.measures.values() if m.targets]))
    near = data.draw(st.sampled_from(measure.targets)).value
    year = str(data.draw(st.sampled_from(plan.catalogue.plan.years)))
    value = replace(NOTHING, value=near + Decimal(hundredths) / 100, reported=1, expected=1)
    (point,) = drawn(plan, measure.code, {year: value}, spoken).points
    assert point.text == words(plan, spoken=spoken).amount(measure, value, year)


@pytest.mark.parametrize("year", ["2023", "2025"])
def test_a_value_near_a_target_ahead_has_the_digits_that_tell(plan: PlanIndex, year: str) -> None:
    (point,) = drawn(plan, "2.1", {year: ratio(4996, 10000)}, "vi").points
    assert point.text == "49,96"


@given(complete=st.booleans(), needs_check=st.booleans(), spoken=st.sampled_from(["vi", "en"]))
@example(complete=True, needs_check=True, spoken="en")
def test_an_unsure_value_is_hollow_and_said_to_be(
    plan: PlanIndex, complete: bool, needs_check: bool, spoken: Language
) -> None:
    value = replace(ratio(60, 100), expected=1 if complete else 2, needs_check=needs_check)
    series = drawn(plan, "2.1", {"2024": value}, spoken)
    (point,), _ = labelled(series, 50)
    assert point["sure"] == (complete and not needs_check)
    missing, doubted = {"vi": ("chưa đủ đơn vị", "cần kiểm tra"), "en": ("units missing", "needs checking")}[spoken]
    assert (missing in series.description, doubted in series.description) == (not complete, needs_check)
    assert Series.from_json(series.to_json()) == series
