"""What a receipt says."""

from services.submissions.tests.records import ARRIVAL, obligation
from services.submissions.tests.reports import entries
from submissions.commands.answers import Receipt, body_of, receipt
from submissions.rules.form import FormRules
from submissions.rules.revision import NewRevision, Report, revise


def test_a_receipt_speaks_the_language_of_who_sent(commune: FormRules) -> None:
    late = obligation(due_at=ARRIVAL.received_at)
    revision = revise(commune, late, Report(entries()), ARRIVAL, 1)
    assert isinstance(revision, NewRevision)
    vietnamese, english = receipt(revision, 2, "vi"), receipt(revision, 2, "en")
    assert vietnamese.late and vietnamese.id == ARRIVAL.id
    assert vietnamese.warnings[0].message.startswith("Báo cáo nhận sau hạn")
    assert english.warnings[0].message.startswith("Received after the last day")
    assert Receipt.model_validate_json(body_of(english)) == english
