"""Reading a search: short and full names, days and instants, every fault at once."""

from datetime import UTC, date, datetime

import pytest

from audit.rules.search import read_search
from audit.rules.vocabulary import Vocabulary

DAYS = (date(2021, 1, 1), date(2035, 12, 31))
VOCABULARY = Vocabulary(units={"SO_Y_TE"}, periods={"2026"}, measures=set(), obligations=(), days=DAYS)


def test_types_short_and_full_are_the_same() -> None:
    full = "vn.tiendo.submission.received.v1"
    for given in (full, "submission.received"):
        search, faults = read_search({"type": given}, VOCABULARY)
        assert not faults and search.type == full


def test_every_fault_at_once() -> None:
    query = {
        "type": "x", "source": "moon", "unit": "Y", "period": "26", "order": "up",
        "from": "tomorrow", "to": "2026-13-01", "q": "a\0", "subject": "s" * 201,
    }  # fmt: skip
    _, faults = read_search(query, VOCABULARY)
    assert sorted(fault.pointer for fault in faults) == sorted(f"/query/{name}" for name in query)


def test_a_plain_day_is_a_day_in_vietnam() -> None:
    search, faults = read_search({"from": "2026-12-14", "to": "2026-12-14"}, VOCABULARY)
    assert not faults
    assert search.since == datetime(2026, 12, 13, 17, tzinfo=UTC) and search.until == datetime(
        2026, 12, 14, 17, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "value",
    ["2026-12-14T23:12:00+07:00", "2026-12-14T23:12:00 07:00", "2026-12-14T16:12:00Z", "2026-12-14t23:12:00.000+07:00"],
)
def test_instants(value: str) -> None:
    search, faults = read_search({"from": value}, VOCABULARY)
    assert not faults and search.since == datetime(2026, 12, 14, 16, 12, tzinfo=UTC)


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", "0001-01-01T00:00+14:00"])
def test_the_ends_of_time_are_faults_not_errors(value: str) -> None:
    for name in ("from", "to"):
        read_search({name: value}, VOCABULARY)


def test_empty_means_not_given_and_from_comes_first() -> None:
    assert read_search({"type": " ", "unit": "", "limit": "5"}, VOCABULARY)[0].type is None
    _, faults = read_search({"from": "2026-12-15", "to": "2026-12-14"}, VOCABULARY)
    assert [fault.code for fault in faults] == ["from-after-to"]
