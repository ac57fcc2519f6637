"""The lie is one figure, and its row is right only when the lie alone is found."""

import pytest

from tests.resilience.judging.checker import Row, sampled
from tests.resilience.judging.lie import FOUND, found_out, with_another_boy

from .honest import honest_ledger

HONEST = [Row(name, "", "", ok=True) for name in ("audit: no free text", *sorted(FOUND))]


def told(*wrong: str) -> list[Row]:
    return [Row(row.name, "", "", ok=row.name not in wrong) for row in HONEST]


def test_one_report_has_another_boy() -> None:
    ledger = honest_ledger()
    changed = with_another_boy(ledger)
    pairs = [
        (a, b) for key, acts in ledger.acts.items() for a, b in zip(acts, changed.acts[key], strict=True) if a != b
    ]
    ((was, said),) = pairs
    assert was.values and said.values
    assert said.values["n_live_births_male"] == was.values["n_live_births_male"] + 1


def test_the_report_is_one_that_is_read_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.resilience.judging.checker.SAMPLE", 2)  # every other one
    ledger = honest_ledger()
    ledger.acts = {key: ledger.acts[key] for key in ("o0", "o2", "o1", "o3")}
    assert ledger.acts["o0"][2].submission not in sampled(ledger)
    assert with_another_boy(ledger).acts["o0"] == ledger.acts["o0"]
    assert with_another_boy(ledger).acts["o1"] != ledger.acts["o1"]


def test_the_row_is_right_when_the_lie_is_found_and_nothing_else() -> None:
    assert found_out(HONEST, told(*FOUND)).ok
    assert not found_out(HONEST, told()).ok
    assert not found_out(HONEST, told(*FOUND, "audit: no free text")).ok
    assert not found_out(HONEST, told(*sorted(FOUND)[1:])).ok
    assert found_out(told("audit: no free text"), told(*FOUND, "audit: no free text")).ok
