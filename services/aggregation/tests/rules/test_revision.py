"""Which revision counts."""

from decimal import Decimal
from itertools import permutations
from uuid import uuid4

from aggregation.rules.observation import ReportedObservation
from aggregation.rules.revision import ReportedRevision, Revision, counting, merge

CONTENT = (ReportedObservation("n_vet_new_total", "", Decimal(10), "final"),)


def test_received_is_the_latest_unless_it_is_out() -> None:
    first = Revision(1, "accepted", 3, observations=CONTENT, was_accepted=True)
    second = Revision(2, "received", 4, observations=CONTENT)
    assert counting([second, first]) == {"received": second, "accepted": first}
    out = second._replace(state="returned", version=5)
    assert counting([first, out]) == {"received": None, "accepted": first}
    gone = first._replace(state="withdrawn", version=6)
    assert counting([gone]) == {"received": None, "accepted": None}
    assert counting([]) == {"received": None, "accepted": None}


def test_a_returned_acceptance_does_not_bring_back_what_it_replaced() -> None:
    first = Revision(1, "accepted", 3, observations=CONTENT, was_accepted=True)
    accepted = Revision(2, "accepted", 5, was_accepted=True)
    steps = [
        ReportedRevision(2, "received", 4, content="[]"),
        ReportedRevision(2, "accepted", 5, was_accepted=True),
        ReportedRevision(2, "returned", 6),
    ]
    for one, two, three in permutations(steps):
        merged = merge(merge(one, two), three)
        assert (merged.state, merged.was_accepted, merged.content) == ("returned", True, "[]")
        second = Revision(2, merged.state, merged.version, observations=CONTENT, was_accepted=merged.was_accepted)
        assert counting([first, second]) == {"received": None, "accepted": None}
    third = Revision(3, "accepted", 8, observations=CONTENT, was_accepted=True)
    assert counting([first, accepted._replace(state="returned"), third])["accepted"] == third
    gone = first._replace(state="returned", version=9)
    assert counting([gone, third._replace(number=2)])["accepted"] == third._replace(number=2)


def test_a_decision_that_overtakes_its_report_waits_for_the_content() -> None:
    decision = Revision(1, "accepted", 3, uuid4(), was_accepted=True)
    assert counting([decision])["accepted"] is None


def test_a_decision_and_its_report_say_the_same_in_any_order() -> None:
    decided = ReportedRevision(1, "accepted", 3, uuid4(), was_accepted=True)
    report = ReportedRevision(1, "received", 2, decided.submission_id, "[1]", True, content_sha256="a" * 64)
    for order in permutations([decided, report, decided, report]):
        merged = order[0]
        for incoming in order[1:]:
            merged = merge(merged, incoming)
        assert merged == ReportedRevision(1, "accepted", 3, decided.submission_id, "[1]", True, True, "a" * 64)


def test_of_two_contents_the_first_stays_with_its_hash() -> None:
    one = ReportedRevision(1, "received", 2, uuid4(), "[1]", content_sha256="a" * 64)
    other = ReportedRevision(1, "received", 3, uuid4(), "[2]", content_sha256="b" * 64)
    merged = merge(one, other)
    assert (merged.submission_id, merged.content, merged.content_sha256) == (one.submission_id, "[1]", "a" * 64)
