"""What a restored database lost, what it has alone, and what was taken under a number that was used."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.events import ObligationOpened, SubmissionReceived, SubmissionReturned, SubmissionsEvent
from submissions.rules.recovery import LocalChange, Recovery, all_since
from submissions.rules.recovery import recover as recovery

THEN = datetime(2026, 11, 24, tzinfo=UTC)
OWED = {"obligation": "O1", "form": "B01-XA", "unit": "24615@2025-07-01", "period": "2026"}
ONE, TWO = UUID(int=1), UUID(int=2)


def recover(events: Sequence[SubmissionsEvent], local: list[LocalChange], since: datetime | None) -> Recovery:
    """Of a database that stands still meanwhile."""
    return recovery(events, local, local, since)


def opened(obligation: UUID) -> ObligationOpened:
    return ObligationOpened(obligation_id=obligation, version=1, due_at=THEN, **OWED)


def received(obligation: UUID, version: int, revision: int, hash_: str = "a" * 64) -> SubmissionReceived:
    return SubmissionReceived(
        obligation_id=obligation,
        version=version,
        submission_id=uuid4(),
        revision=revision,
        received_at=THEN,
        due_at=THEN,
        content_sha256=hash_,
        observations=[],
        **OWED,
    )


def returned(of: SubmissionReceived, version: int) -> SubmissionReturned:
    ids = {"obligation_id": of.obligation_id, "submission_id": of.submission_id, "revision": of.revision}
    return SubmissionReturned(version=version, decided_at=THEN, **ids, **OWED)


def here(event: SubmissionsEvent, **changed: object) -> LocalChange:
    """The change as a database has it that knows of it."""
    values = {
        "obligation_id": event.obligation_id,
        "version": event.version,
        "type": event.type,
        "submission_id": getattr(event, "submission_id", None),
        "at": THEN,
        "content_sha256": getattr(event, "content_sha256", None),
    }
    return LocalChange(**values | changed)  # type: ignore[arg-type]


def test_two_that_agree_differ_in_nothing() -> None:
    first = received(ONE, 2, 1)
    events: list[SubmissionsEvent] = [opened(ONE), first, returned(first, 3)]
    assert recover(events, [here(event) for event in events], None).nothing


def test_what_the_log_has_alone_was_lost_in_the_order_of_its_versions() -> None:
    first = received(ONE, 2, 1)
    lost: list[SubmissionsEvent] = [first, returned(first, 3), opened(TWO)]
    found = recover([opened(ONE), lost[1], lost[0], lost[2]], [here(opened(ONE))], None)
    assert found.lost == lost and not found.gone


def test_what_nobody_has_heard_of_is_unpublished_unless_it_waits_or_is_older_than_the_events() -> None:
    alone = here(received(ONE, 2, 1))
    waiting = here(received(TWO, 2, 1), waits=True)
    events, local = [opened(ONE), opened(TWO)], [here(opened(ONE)), here(opened(TWO)), alone, waiting]
    assert recover(events, local, None).unpublished == [alone]
    assert recover(events, local, THEN + timedelta(days=1)).unpublished == []


def test_what_moves_while_the_events_are_read_is_neither_unpublished_nor_lost() -> None:
    """Sent too late to be among those that were read; and taken too late to be among what the database had."""
    sent, taken = received(ONE, 2, 1), received(TWO, 2, 1)
    before = [here(opened(ONE)), here(opened(TWO)), here(sent, waits=True)]
    after = [here(opened(ONE)), here(opened(TWO)), here(sent), here(taken)]
    assert recovery([opened(ONE), opened(TWO)], before, after, None).nothing
    assert recovery([opened(ONE), opened(TWO), taken], before, after, None).nothing


def test_of_what_kafka_may_have_forgotten_nothing_is_unpublished() -> None:
    """Of another partition there is an older event: that one forgets later."""
    older, kept = THEN - timedelta(days=9), THEN - timedelta(days=7)
    since = all_since([older, THEN], kept, whole=True)
    assert since is not None and kept < since < THEN
    assert all_since([THEN], kept, whole=False) == THEN
    assert all_since([THEN], kept, whole=True) is None
    assert all_since([], kept, whole=False) == datetime.max.replace(tzinfo=UTC)


def test_a_report_taken_under_a_used_number_follows_on_what_was_lost() -> None:
    """Both were acknowledged: neither may be dropped for the other."""
    lost, taken = received(ONE, 2, 1), here(received(ONE, 2, 1, "b" * 64), waits=True)
    found = recover([opened(ONE), lost], [here(opened(ONE)), taken], None)
    assert found.lost == [lost] and found.moved == {ONE: [taken]} and not found.contradicting


def test_a_figure_changed_by_hand_is_seen_by_its_hash_and_left_alone() -> None:
    event = received(ONE, 2, 1)
    changed = here(event, content_sha256="b" * 64)
    found = recover([opened(ONE), event], [here(opened(ONE)), changed], None)
    assert found.contradicting == [changed] and not (found.lost or found.moved)


def test_what_stands_on_something_gone_is_not_put_back() -> None:
    """A decision about a revision that neither has would be about nothing."""
    gone = received(ONE, 2, 1)
    late = returned(gone, 3)
    assert recover([late], [here(opened(ONE))], THEN).gone == [late]


def test_of_two_contents_under_one_version_neither_is_put_back() -> None:
    """Nobody here knows which of them is true; of the same event twice everybody does."""
    one, other = received(ONE, 2, 1), received(ONE, 2, 1, "b" * 64)
    late = returned(one, 3)
    found = recover([opened(ONE), one, other, late, opened(TWO), opened(TWO)], [here(opened(ONE))], None)
    assert found.torn == [other] and found.lost == [opened(TWO)]
    assert found.for_a_person and not (found.moved or found.gone or found.unpublished)
