"""The ledger's own expectations: examples from the domain's rules, and a property against a naive recomputation."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.resilience.actors.content import sha256
from tests.resilience.actors.ledger import Act, Asked, Kind, Ledger, Obligation
from tests.resilience.actors.writer import NEXT
from tests.resilience.judging.expected import (
    MEASURES,
    OPENED,
    Basis,
    Figures,
    counting,
    events,
    figures,
    state,
    version,
)

BIRTHS = MEASURES[0]


def births(boys: int, girls: int) -> dict[str, int]:
    rest = ("n_adolescent_births", "n_adolescent_women", "n_people_reached", "population")
    return {"n_live_births_male": boys, "n_live_births_female": girls, **dict.fromkeys(rest, 10)}


def told(*kinds: Kind, boys: int = 110) -> list[Act]:
    """Acts in order; a decision is about the latest revision. Revision n has `boys` + n boys."""
    acts: list[Act] = []
    revision = 0
    for kind in kinds:
        if kind == "submit":
            revision += 1
        values = births(boys + revision, 100) if kind == "submit" else None
        acts.append(Act(kind, f"s{revision}", revision, values=values))
    return acts


def counted(acts: list[Act], basis: Basis) -> int | None:
    revision = counting(acts, basis)
    return revision.number if revision else None


def test_received_is_the_latest_unless_returned_or_withdrawn_and_earlier_ones_do_not_come_back() -> None:
    assert counted(told(), "received") is None
    assert counted(told("submit", "submit"), "received") == 2
    assert counted(told("submit", "submit", "return"), "received") is None
    assert counted(told("submit", "submit", "withdraw"), "received") is None
    assert counted(told("submit", "submit", "withdraw", "submit"), "received") == 3


def test_accepted_is_the_highest_ever_accepted_if_it_still_is() -> None:
    assert counted(told("submit"), "accepted") is None
    assert counted(told("submit", "accept", "submit"), "accepted") == 1
    assert counted(told("submit", "accept", "submit", "return"), "accepted") == 1
    assert counted(told("submit", "accept", "submit", "accept"), "accepted") == 2
    assert counted(told("submit", "accept", "submit", "accept", "return"), "accepted") is None


def test_every_act_is_a_version_and_an_event() -> None:
    acts = told("submit", "return", "submit", "accept")
    assert version(acts) == 5
    assert state(acts) == "accepted"
    assert events(acts)[0] == (OPENED, 1, None, None)
    assert events(acts)[-1] == ("vn.tiendo.submission.accepted.v1", 5, "s2", 2)


def test_the_province_is_the_sum_of_those_that_count() -> None:
    ledger = Ledger()
    for n, acts in enumerate([told("submit"), told("submit", "accept"), told("submit", "return"), []]):
        ledger.own(Obligation(str(n), f"unit-{n}", "2026"))
        ledger.acts[str(n)] = acts
    assert figures(ledger, BIRTHS, "2026", "received") == Figures(222, 200, 2, 4)
    assert figures(ledger, BIRTHS, "2026", "accepted") == Figures(111, 100, 1, 4)
    assert figures(ledger, BIRTHS, "2026", "accepted", "unit-0") == Figures(None, None, 0, 1)
    assert figures(ledger, BIRTHS, "2025", "received") == Figures(None, None, 0, 0)
    assert figures(ledger, BIRTHS, "2026", "received").value(BIRTHS) == Decimal(111)
    assert Figures(200, 300, 1, 1).value(BIRTHS) == Decimal("66.666667")
    assert Figures(0, 0, 1, 1).value(BIRTHS) is None


def test_only_what_was_answered_is_in_the_book() -> None:
    ledger = Ledger()
    ledger.own(Obligation("o", "unit", "2026"))
    asked = Asked("key", "o", "submit", 1, values=births(1, 1))
    ledger.ask(asked)
    assert list(ledger.unanswered) == ["key"]
    assert ledger.acts["o"] == []
    ledger.acknowledge(asked, "s1")
    assert not ledger.unanswered
    assert [(a.submission, a.key) for a in ledger.acts["o"]] == [("s1", "key")]


def test_the_hash_is_that_of_the_published_rule() -> None:
    """Worked out by hand with `printf … | sha256sum`."""
    assert sha256("u", "2026", {"a": 1}) == "1fc6704197ba052de870e9afc3c496e903c1bf7465929e4bf88c13ce5ad5737d"


@st.composite
def stories(draw: st.DrawFn) -> list[list[Act]]:
    """Acts of a few obligations, each in an order that the review allows."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        kinds: list[Kind] = []
        now = "open"
        for _ in range(draw(st.integers(0, 8))):
            kind = draw(st.sampled_from(sorted(NEXT[now])))
            kinds.append(kind)
            now = state(told(*kinds))
        found.append(told(*kinds, boys=draw(st.integers(0, 500))))
    return found


@given(stories())
def test_sums_equal_a_naive_recomputation(all_acts: list[list[Act]]) -> None:
    ledger = Ledger()
    received = accepted = 0
    for n, acts in enumerate(all_acts):
        ledger.own(Obligation(str(n), f"unit-{n}", "2026"))
        ledger.acts[str(n)] = acts
        on_received, on_accepted = naive(acts)
        received, accepted = received + on_received, accepted + on_accepted
    for basis, total in (("received", received), ("accepted", accepted)):
        found = figures(ledger, BIRTHS, "2026", basis)  # type: ignore[arg-type]
        assert (found.numerator or 0) == total
        assert found.expected == len(all_acts)


def naive(acts: list[Act]) -> tuple[int, int]:
    """Boys on both bases, carried along act by act as a clerk with two columns would."""
    boys, received, accepted = 0, 0, 0
    of_accepted = ""
    for act in acts:
        if act.kind == "submit":
            boys = received = (act.values or {})["n_live_births_male"]
        elif act.kind == "accept":
            accepted, of_accepted = boys, act.submission
        else:
            received = 0
            if act.kind == "return" and act.submission == of_accepted:
                accepted = 0
    return received, accepted


def test_a_half_is_rounded_up() -> None:
    """Seen in a run: 241 boys to 512 girls are 47.0703125."""
    assert Figures(241, 512, 1, 1).value(MEASURES[0]) == Decimal("47.070313")
