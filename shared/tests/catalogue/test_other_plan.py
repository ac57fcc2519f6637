"""Another plan is other files and no other code: another dimension, another day, no districts, no quarters."""

from datetime import UTC, date, datetime
from pathlib import Path

from shared.catalogue import Break, Period, load

FOLDER = Path(__file__).parent / "other_plan"


def test_another_plan_needs_no_code() -> None:
    catalogue = load(FOLDER)
    [owed] = catalogue.forms_owed(Period(2026))
    assert (owed.form, owed.unit) == ("A1", "00001@2026-01-01")
    # 19 December 2026 is a Saturday; this plan's rule moves it to Monday the 21st, so the 22nd is too late
    assert owed.due_at == datetime(2026, 12, 21, 17, tzinfo=UTC)
    assert [field.key for field in catalogue.forms["A1"].fields] == ["area=urban", "area=rural"] * 2
    assert catalogue.owners("1", date(2027, 5, 1)) == ["SO_A"]
    assert catalogue.root.key == "TINH" and catalogue.ancestors(owed.unit) == ["TINH"]
    assert catalogue.version != load().version


def test_another_plan_has_years_of_its_own() -> None:
    plan = load(FOLDER).plan
    assert (plan.years, plan.target_years) == (range(2026, 2033), (2028, 2032))
    assert [(one.day, one.first_year) for one in plan.breaks] == [(date(2029, 1, 1), 2029)]


def test_a_break_cuts_before_the_first_year_that_is_counted_after_it() -> None:
    # A year is counted over the units of its cut-off day, 14 December.
    assert [Break(day, "", "", "", "").first_year for day in (date(2025, 12, 14), date(2025, 12, 15))] == [2025, 2026]
