"""Planted lies about reminders are found."""

from datetime import timedelta

import pytest

from tests.resilience.tests.judging.honest import NOW, Lie, honest, honest_ledger, noticed, verdicts

# What was tampered with → the judges that must notice, at least.
LIES: dict[str, tuple[Lie, set[str]]] = {
    "a reminder twice": (lambda _, a: a.reminders.append({**a.reminders[0], "id": "r2"}), {"once"}),
    "a delivery twice": (lambda _, a: a.deliveries.append({**a.deliveries[0], "id": "d2"}), {"once"}),
    "no delivery of what was sent": (lambda _, a: a.deliveries.pop(), {"once"}),
    "a second Message-ID": (
        lambda _, a: a.mails.append({**a.mails[0], "message_id": "<r1@y>"}),
        {"mailed"},
    ),
    "a mail of no reminder": (lambda _, a: a.mails.append({**a.mails[0], "message_id": "<r9@x>"}), {"mailed"}),
    "sent, but no mail": (lambda _, a: a.mails.pop(), {"mailed"}),
    "a deadline that does not know of the report": (lambda _, a: a.deadlines[0].update(state="open"), {"answered"}),
    "a reminder due to who has answered": (lambda _, a: a.reminders[0].update(state="due"), {"answered"}),
    "a mail after the report": (
        lambda _, a: a.deliveries[0].update(sent_at=(NOW + timedelta(minutes=9)).isoformat()),
        {"unprovoked"},
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_planted_lie_is_found(lie: str) -> None:
    tamper, wanted = LIES[lie]
    assert wanted <= noticed(tamper)


def test_a_mail_that_came_again_with_its_message_id_is_told_but_no_fault() -> None:
    ledger = honest_ledger()
    answers = honest(ledger)
    answers.mails *= 2
    verdict = verdicts(ledger, answers)["mailed"]
    assert verdict.ok
    assert "1 came again" in verdict.found
