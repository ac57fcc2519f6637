"""Planted lies about values are found."""

import pytest

from tests.resilience.judging.verdict import Item
from tests.resilience.tests.judging.honest import Answers, Lie, noticed


def _figure(a: Answers, n: int) -> Item:
    """Of 4.1, at the nth place asked: the province on both bases, then the communes."""
    return list(a.indicators.values())[n][0]


# What was tampered with → the judges that must notice, at least.
LIES: dict[str, tuple[Lie, set[str]]] = {
    "one boy too many": (lambda _, a: _figure(a, 0).update(numerator="1"), {"provincial"}),
    "one commune too many": (lambda _, a: _figure(a, 0).update(reported=4), {"provincial"}),
    "a commune's value": (lambda _, a: _figure(a, 2).update(value="1"), {"communal"}),
    "a measure without an answer": (lambda _, a: a.indicators.popitem(), {"communal"}),
    "a superseded revision counted": (
        lambda _, a: a.explanation["contributions"][0].update(revision=1),
        {"explained"},
    ),
    "an obligation not covered": (lambda _, a: a.coverage[0].update(received=False), {"covered"}),
    "a stale announcement": (
        lambda _, a: a.entries[-1]["data"]["values"]["received"].update(reported=0),
        {"announced"},
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_planted_lie_is_found(lie: str) -> None:
    tamper, wanted = LIES[lie]
    assert wanted <= noticed(tamper)
