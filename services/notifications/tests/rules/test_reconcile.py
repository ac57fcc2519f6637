"""What becomes of stored reminders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifications.rules.reconcile import catch_up, reconcile
from notifications.rules.schedule import desired
from services.notifications.tests.rules.samples import CHANNELS, DUE, LADDER, OPEN, START, states


def test_the_first_start_on_24_november_sends_the_t_30_mail_at_once() -> None:
    plan = desired(OPEN, START, LADDER, CHANNELS)
    ripe = [r for r in plan if r.not_before <= START]
    assert [(r.stage, r.role) for r in catch_up(ripe, START)] == [("T-30", "reporter")]
    assert states(plan) == {s: ("planned", None) for s in LADDER.codes}


def test_planning_twice_changes_nothing() -> None:
    plan = desired(OPEN, START, LADDER, CHANNELS, timedelta(seconds=5))
    assert reconcile(plan, []) == plan
    later = desired(OPEN, START + timedelta(minutes=3), LADDER, CHANNELS, timedelta(seconds=5))
    assert reconcile(later, plan) == []


def test_a_submission_stops_what_is_outstanding_and_leaves_what_was_sent() -> None:
    plan = desired(OPEN, START, LADDER, CHANNELS)
    stored = [replace(plan[0], state="sent"), *plan[1:]]
    changes = reconcile(desired(replace(OPEN, state="submitted", version=2), START, LADDER, CHANNELS), stored)
    assert {(c.state, c.reason) for c in changes} == {("superseded", "submitted")}
    assert {c.id for c in changes} == {r.id for r in plan[1:]}


def test_what_a_sender_holds_is_left_to_it() -> None:
    plan = desired(OPEN, START, LADDER, CHANNELS)
    held = replace(plan[0], state="due", leased=True)
    changes = reconcile(
        desired(replace(OPEN, state="submitted", version=2), START, LADDER, CHANNELS), [held, *plan[1:]]
    )
    assert held.id not in {c.id for c in changes}


def test_a_return_arms_what_is_still_to_come_and_tells_the_reporter() -> None:
    returned_at = datetime(2026, 12, 8, 3, tzinfo=UTC)
    returned = replace(OPEN, version=3, reopened_at=returned_at, returned_version=3)
    stored = [replace(r, state="superseded", reason="submitted") for r in desired(OPEN, START, LADDER, CHANNELS)]
    changes = reconcile(desired(returned, returned_at, LADDER, CHANNELS), stored)
    assert {(c.stage, c.role) for c in changes if c.state == "planned"} == {
        ("returned", "reporter"),
        *((s, r) for s in ("T-3", "T-1", "O+1", "O+3", "O+7") for r in ("reporter", "head")),
    }


def test_a_new_answer_replaces_the_notice_of_the_return() -> None:
    returned_at = datetime(2026, 12, 8, 3, tzinfo=UTC)
    returned = replace(OPEN, version=3, reopened_at=returned_at, returned_version=3)
    stored = desired(returned, returned_at, LADDER, CHANNELS)
    answered = replace(OPEN, state="submitted", version=4)
    changes = {
        c.stage: (c.state, c.reason) for c in reconcile(desired(answered, returned_at, LADDER, CHANNELS), stored)
    }
    assert changes["returned"] == ("superseded", "replaced")


def test_a_moved_deadline_moves_what_was_not_sent() -> None:
    stored = desired(OPEN, START, LADDER, CHANNELS)
    moved = replace(OPEN, version=2, due_version=2, due_at=DUE + timedelta(days=14))
    changes = {
        c.stage: c.planned_on
        for c in reconcile(desired(moved, START, LADDER, CHANNELS), stored)
        if c.role == "reporter"
    }
    assert changes["T-1"].isoformat() == "2026-12-28"


def test_after_an_outage_only_the_most_urgent_true_step_is_sent() -> None:
    plan = desired(OPEN, START, LADDER, CHANNELS)
    now = datetime(2026, 12, 21, 2, tzinfo=UTC)  # down since November, O+3 was on the 18th
    ripe = [r for r in plan if r.not_before <= now and r.role == "reporter"]
    changes = {c.stage: (c.state, c.reason) for c in catch_up(ripe, now)}
    assert changes == {
        **{s: ("cancelled", "expired") for s in ("T-30", "T-14", "T-7", "T-3", "T-1")},
        "O+1": ("superseded", "catch_up"),
        "O+3": ("due", None),
    }


def test_an_unsent_step_gives_way_to_the_next_one() -> None:
    plan = {r.stage: r for r in desired(OPEN, START, LADDER, CHANNELS) if r.role == "reporter"}
    stuck = replace(plan["T-14"], state="due")
    changes = {c.stage: c.state for c in catch_up([stuck, plan["T-7"]], datetime(2026, 12, 8, 2, tzinfo=UTC))}
    assert changes == {"T-14": "superseded", "T-7": "due"}
