"""A rebuild's result in plain text."""

from aggregation.rebuild.difference import Differences, RowDifference
from aggregation.rebuild.report import report_lines
from aggregation.rebuild.run import Compared, LetterDifference, Result
from aggregation.store.checksum import Checksum, TableSum, UnitPeriodSum
from services.aggregation.tests.store.test_rebuilds import FIRST


def sums(sha256: str) -> Checksum:
    return Checksum({"fact": TableSum({("DAK_NONG", "2026"): UnitPeriodSum(4, sha256)})})


def test_the_report_names_what_differs() -> None:
    differences = Differences({"fact": 1}, [RowDifference("fact", "k", None, "(1)")])
    letters = LetterDifference(frozenset({"a", "b"}), frozenset())
    compared = Compared(3, 2, sums("0"), sums("1"), differences, letters)
    lines = "\n".join(report_lines(Result(FIRST, compared)))
    assert "log: 3 events, 4 facts, 2.0 s" in lines and "equal     NO" in lines and "swapped   no" in lines
    assert "live had not applied 2 of the events" in lines
    assert "\nfact k\n  live    (no row)\n  rebuilt (1)" in lines
    assert "only the rebuild could not apply 2 events: a, b" in lines and "only live" not in lines
