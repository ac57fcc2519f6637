"""What a filter or an inspection may name follows the plan."""

from datetime import date
from pathlib import Path

from audit.rules.inspection import read_inspection
from audit.rules.search import read_search
from audit.rules.vocabulary import obligation_name, vocabulary
from shared.catalogue import load

OTHER_PLAN = Path(__file__).parents[4] / "shared" / "tests" / "catalogue" / "other_plan"


def test_periods_and_days_are_those_of_the_plan() -> None:
    words = vocabulary(load())
    assert {"2021", "2030-Q4"} <= set(words.periods) and not {"2020", "2031"} & set(words.periods)
    assert words.days == (date(2021, 1, 1), date(2035, 12, 31))


def test_another_plan_brings_its_own_years() -> None:
    words = vocabulary(load(OTHER_PLAN))
    assert len(words.periods) == 7 * 5 and {"2026", "2032-Q4"} <= set(words.periods)
    assert not read_search({"period": "2031-Q2"}, words)[1]
    [fault] = read_search({"period": "2025"}, words)[1]
    assert fault.code == "unknown-period"
    form = {"unit": "SO_A", "period": "2032", "kind": "kiem_tra", "obligation": "O2", "scope": "Biểu A1"}
    today = date(2036, 6, 1)
    assert read_inspection(form | {"started_on": "2036-05-31"}, words, today)[1] == []
    faults = read_inspection(form | {"period": "2025", "started_on": "2025-12-31"}, words, today)[1]
    assert [(one.pointer, one.code) for one in faults] == [
        ("/period", "unknown-period"),
        ("/started_on", "day-out-of-range"),
    ]
    assert "2026" in faults[1].text.vi and "2037" in faults[1].text.vi


def test_a_plan_is_inspected_under_its_own_obligations() -> None:
    here, there = load(), load(OTHER_PLAN)
    assert (vocabulary(here).obligations, vocabulary(there).obligations) == (("O12", "O13"), ("O2",))
    assert obligation_name(there, "O2") == ("Kiểm tra", "Checks")
    assert obligation_name(there, "O12") == ("O12", "O12")


def test_years_and_their_quarters_are_periods() -> None:
    catalogue = load()
    words = vocabulary(catalogue)
    assert {"2026", "2026-Q1", "2026-Q4"} <= set(words.periods)
    assert not {"2026-Q5", "26", "2026-12"} & set(words.periods)
    assert "4.1" in words.measures and set(words.units) == set(catalogue.units)
