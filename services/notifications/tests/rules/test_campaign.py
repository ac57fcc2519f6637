"""Whatever the year and the outages: one mail per step and recipient, none too early, too late or after the answer."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from notifications.rules.contact import RemindingChannels
from notifications.rules.obligation import TrackedObligation, fold
from notifications.rules.reconcile import catch_up, reconcile
from notifications.rules.reminder import Reminder
from notifications.rules.schedule import desired
from notifications.rules.stage import Ladder
from shared.calendar import VIETNAM, DueRule, Holidays, Period, due_instant
from shared.events import (
    ObligationOpened,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionsEvent,
    SubmissionWithdrawn,
)

LADDER = Ladder.of([30, 14, 7, 3, 1], [1, 3, 7], Holidays())
ID = UUID("00000000-0000-7000-8000-000000000001")
CHANNELS = RemindingChannels("email")
HOUR = timedelta(hours=1)
years = st.integers(2024, 2034)
outages = st.lists(st.tuples(st.integers(-60, 40), st.integers(1, 30)), max_size=4)


def due(year: int) -> datetime:
    return due_instant(Period(year), DueRule("annual", "year", 12, 15))


def campaign(
    obligation: TrackedObligation, until: datetime, asleep: list[tuple[int, int]], answered: datetime | None
) -> list[tuple[datetime, Reminder]]:
    """Tick twice a day at 09:00 and 21:00 in Vietnam, except while asleep; what is due is sent at once."""
    assert obligation.due_at is not None
    dark = [(obligation.due_at + timedelta(days=a), obligation.due_at + timedelta(days=a + n)) for a, n in asleep]
    now = (obligation.due_at - timedelta(days=45)).astimezone(VIETNAM).replace(hour=9)
    stored: dict[UUID, Reminder] = {r.id: r for r in desired(obligation, now, LADDER, CHANNELS)}
    sent: list[tuple[datetime, Reminder]] = []
    while now < until:
        now += 12 * HOUR
        if any(start <= now < end for start, end in dark):
            continue
        if answered is not None and now >= answered and obligation.state == "open":
            obligation = replace(obligation, state="submitted", version=obligation.version + 1)
            stored |= {c.id: c for c in reconcile(desired(obligation, now, LADDER, CHANNELS), stored.values())}
        ripe = [r for r in stored.values() if r.state in ("planned", "due") and r.not_before <= now]
        for change in catch_up(ripe, now):
            stored[change.id] = change
            if change.state == "due":
                sent.append((now, change))
                stored[change.id] = replace(change, state="sent")
    return sent


@given(year=years, asleep=outages, answered_on=st.none() | st.integers(-50, 30))
def test_a_campaign_keeps_its_promises(year: int, asleep: list[tuple[int, int]], answered_on: int | None) -> None:
    due_at = due(year)
    answered = None if answered_on is None else due_at + timedelta(days=answered_on)
    obligation = TrackedObligation(ID, "O1", "SO_Y_TE", "B10-YTE", str(year), "open", 1, due_at, 1)
    sent = campaign(obligation, due_at + timedelta(days=75), asleep, answered)
    assert max(Counter(r.id for _, r in sent).values(), default=0) <= 1
    assert max(Counter((now, r.role) for now, r in sent).values(), default=0) <= 1
    assert max(Counter((now.date(), r.role) for now, r in sent).values(), default=0) <= 1
    for now, reminder in sent:
        assert reminder.not_before <= now < reminder.expires_at
        assert answered is None or now < answered
    if not asleep and answered is None:
        working = {step.day: step.code for step in LADDER.steps(due_at)}  # the last of a day stands
        assert [r.stage for _, r in sent if r.role == "reporter"] == list(working.values())
        assert all(now.astimezone(VIETNAM).date() == r.planned_on for now, r in sent)


def events() -> list[SubmissionsEvent]:
    common = {"obligation_id": ID, "obligation": "O1", "form": "B01-XA", "unit": "SO_Y_TE", "period": "2026"}
    at = datetime(2026, 11, 20, 3, tzinfo=UTC)
    handed = {"submission_id": ID, "revision": 1}
    received = {**common, **handed, "due_at": due(2026), "content_sha256": "0" * 64, "observations": []}
    decided = {**common, **handed}
    return [
        ObligationOpened(**common, due_at=due(2026), version=1),
        SubmissionReceived(**received, version=2, received_at=at),
        SubmissionReturned(**decided, version=3, decided_at=at + 24 * HOUR),
        SubmissionReceived(**received, version=4, received_at=at + 48 * HOUR),
        SubmissionWithdrawn(**decided, version=5, decided_at=at + 72 * HOUR),
        SubmissionReceived(**received, version=6, received_at=at + 96 * HOUR),
        SubmissionAccepted(**decided, version=7, decided_at=at + 120 * HOUR),
    ]


@given(data=st.data(), count=st.integers(1, 7))
def test_the_order_of_events_does_not_matter(data: st.DataObject, count: int) -> None:
    """Any order, any repetition: the same obligation and the same steps of the ladder."""
    now = datetime(2026, 12, 1, tzinfo=UTC)
    given = events()[:count]

    def run(order: list[SubmissionsEvent]) -> tuple[TrackedObligation, set[tuple[str, ...]]]:
        obligation: TrackedObligation | None = None
        stored: dict[UUID, Reminder] = {}
        for event in order:
            obligation = fold(obligation, event)
            stored |= {c.id: c for c in reconcile(desired(obligation, now, LADDER, CHANNELS), stored.values())}
        assert obligation is not None
        outcome: set[tuple[str, ...]] = {
            (r.stage, r.role, r.state) for r in stored.values() if r.stage != "returned" or r.state == "planned"
        }
        return obligation, outcome

    shuffled = data.draw(st.permutations(given))
    repeated = [*shuffled, *data.draw(st.lists(st.sampled_from(given), max_size=4))]
    assert run(repeated) == run(given)
