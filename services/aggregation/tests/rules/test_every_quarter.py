"""Indicator 6.3: enough items in every quarter."""

from decimal import Decimal

from aggregation.rules import every_quarter
from aggregation.rules.fact import Fact
from shared.catalogue import Catalogue


def test_quarters_of_2025_are_those_of_all_predecessors(catalogue: Catalogue) -> None:
    judged = every_quarter.JudgedUnit("24611@2025-07-01", "2025")
    old = ["24611", "24612", "24619", "24622"]
    expected = {(f"{code}@2021-01-01", quarter) for code in old for quarter in ("2025-Q1", "2025-Q2")}
    expected |= {("24611@2025-07-01", "2025-Q3"), ("24611@2025-07-01", "2025-Q4")}
    assert {(p.unit, p.period) for p in every_quarter.parts(catalogue, judged)} == expected
    for part in every_quarter.parts(catalogue, judged):
        assert judged in every_quarter.judged_units(catalogue, part.unit, part.period)
    year = every_quarter.parts(catalogue, every_quarter.JudgedUnit("24611@2025-07-01", "2026"))
    assert [(p.unit, p.period) for p in year] == [("24611@2025-07-01", f"2026-Q{n}") for n in (1, 2, 3, 4)]


def test_enough_in_every_quarter() -> None:
    def counts(*values: int) -> list[Fact | None]:
        return [Fact(Decimal(value), "final") for value in values]

    four = Decimal(4)
    assert every_quarter.flag(counts(4, 4, 5, 9), four).value == 1
    assert every_quarter.flag(counts(3, 16, 16, 16), four).value == 0
    assert every_quarter.flag([*counts(4, 4, 4), None], four) == Fact()
    assert every_quarter.flag([*counts(4), Fact(None, "not_applicable")], four).value == 0
    assert every_quarter.flag([], four) == Fact()
