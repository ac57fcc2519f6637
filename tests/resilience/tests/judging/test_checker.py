"""A judge that finds nothing is worth nothing: the truth passes, and a lie in the ledger is found by several judges."""

from dataclasses import replace

import pytest

from tests.resilience.actors.ledger import Ledger
from tests.resilience.tests.judging.honest import Answers, Lie, honest, honest_ledger, noticed, verdicts


def test_the_truth_passes() -> None:
    ledger = honest_ledger()
    assert {name: v.differences for name, v in verdicts(ledger, honest(ledger)).items() if not v.ok} == {}


def _acknowledged_too_many(ledger: Ledger, _: Answers) -> None:
    ledger.acts["o3"].append(ledger.acts["o2"][0])


def _another_value(ledger: Ledger, _: Answers) -> None:
    first = ledger.acts["o1"][-1]
    ledger.acts["o1"][-1] = replace(first, values={**(first.values or {}), "n_live_births_male": 1})


# What was tampered with → the judges that must notice, at least.
LIES: dict[str, tuple[Lie, set[str]]] = {
    "one submission too many in the ledger": (_acknowledged_too_many, {"held", "versions", "told", "provincial"}),
    "one value changed in the ledger": (_another_value, {"provincial", "communal", "explained", "details"}),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_planted_lie_is_found(lie: str) -> None:
    tamper, wanted = LIES[lie]
    assert wanted <= noticed(tamper)
