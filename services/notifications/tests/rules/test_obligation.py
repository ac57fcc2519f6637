"""An obligation is folded from its events."""

from datetime import UTC, datetime

from notifications.rules.obligation import TrackedObligation, fold
from services.notifications.tests.service import DUE, ObligationEvents

AT = datetime(2026, 12, 1, tzinfo=UTC)
EVENTS = ObligationEvents()


def test_an_opening_is_owed_and_an_answer_is_not() -> None:
    opened = fold(None, EVENTS.opened())
    assert (opened.state, opened.due_at, opened.version) == ("open", DUE, 1)
    assert fold(opened, EVENTS.received()).state == "submitted"


def test_a_return_is_owed_again_since_then() -> None:
    returned = fold(fold(None, EVENTS.opened()), EVENTS.returned(AT))
    assert (returned.state, returned.reopened_at, returned.returned_version) == ("open", AT, 3)
    withdrawn = fold(returned, EVENTS.withdrawn(AT, version=4))
    assert (withdrawn.state, withdrawn.reopened_at, withdrawn.returned_version) == ("open", AT, None)


def test_an_old_event_changes_nothing_but_tells_the_deadline() -> None:
    returned = fold(None, EVENTS.returned(AT))
    assert returned.due_at is None
    late: TrackedObligation = fold(returned, EVENTS.opened())
    assert (late.due_at, late.version, late.reopened_at) == (DUE, 3, AT)
    assert fold(late, EVENTS.opened()) == late
