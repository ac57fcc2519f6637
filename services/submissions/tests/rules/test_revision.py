"""From a report to the revision that is kept, or to everything that is wrong with it."""

from datetime import UTC, datetime
from decimal import Decimal

from services.submissions.tests.records import arrival, obligation
from services.submissions.tests.reports import RIGHT, entries
from submissions.rules.form import FormRules
from submissions.rules.revision import NewRevision, Rejected, Report, revise
from submissions.rules.violation import violation


def revised(commune: FormRules, report: Report, **changed: object) -> NewRevision:
    revision = revise(commune, obligation(**changed), report, arrival(), 1)
    assert isinstance(revision, NewRevision)
    return revision


def test_a_right_report_becomes_the_next_revision(commune: FormRules) -> None:
    report = Report(entries(), {"results": " Đã họp. ", "empty": " "}, ["12/BC"], " số mới ")
    revision = revised(commune, report, revision=3)
    assert (revision.revision, revision.reason, revision.warnings) == (4, "số mới", [])
    assert (revision.content.narrative, revision.content.evidence) == ({"results": "Đã họp."}, ["12/BC"])
    assert {o.measure: o.value for o in revision.observations} == {m: Decimal(v) for m, v in RIGHT.items()}
    assert (revision.obligation_id, revision.arrival) == (obligation().id, arrival())


def test_all_that_is_wrong_comes_together(commune: FormRules) -> None:
    wrong = [violation("evidence_expected", "/evidence")]
    report = Report(entries(population="-1"), {"A": "x"}, reason=None, wrong=wrong)
    late = arrival(received_at=datetime(2028, 1, 1, tzinfo=UTC))
    rejected = revise(commune, obligation(revision=1), report, late, 1)
    assert isinstance(rejected, Rejected)
    assert [v.code for v in rejected.violations] == [
        "negative", "evidence_expected", "narrative_key_invalid", "reason_missing", "period_closed",
    ]  # fmt: skip


def test_an_illustrative_report_may_be_for_a_closed_period_but_not_for_a_future_one(commune: FormRules) -> None:
    report = Report(entries(), illustrative=True)
    closed = arrival(received_at=datetime(2028, 1, 1, tzinfo=UTC))
    revision = revise(commune, obligation(), report, closed, 1)
    assert isinstance(revision, NewRevision) and revision.illustrative
    early = arrival(received_at=datetime(2025, 12, 1, tzinfo=UTC))
    assert isinstance(revise(commune, obligation(), report, early, 1), Rejected)


def test_the_report_of_the_year_before_and_a_late_one_are_remarked(commune: FormRules) -> None:
    report = Report(entries())
    before = revised(commune, report)
    same = revised(
        commune, report, previous_timeless_sha256=before.content.timeless_sha256, due_at=arrival().received_at
    )
    assert [w.code for w in same.warnings] == ["same_as_previous_year", "late"]
    assert "2025" in same.warnings[0].text.vi
