from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from notifications.rules.obligation import Duty
from notifications.rules.reminder import Reminder, catch_up, desired, next_attempt, reconcile, reminder_id
from notifications.rules.stage import Ladder
from shared.calendar import Holidays
from shared.clock import VIETNAM

LADDER = Ladder.of([30, 14, 7, 3, 1], [1, 3, 7], Holidays())
ID = UUID("00000000-0000-7000-8000-000000000001")
DUE = datetime(2026, 12, 15, tzinfo=VIETNAM)
OPEN = Duty(ID, "O1", "24736@2025-07-01", "B01-XA", "2026", "open", 1, DUE, 1)
START = datetime(2026, 11, 24, 12, 49, tzinfo=UTC)


def states(reminders: list[Reminder], role: str = "reporter") -> dict[str, tuple[str, str | None]]:
    return {r.stage: (r.state, r.reason) for r in reminders if r.role == role}


def test_the_first_start_on_24_november_sends_the_t_30_mail_at_once() -> None:
    plan = desired(OPEN, START, LADDER)
    ripe = [r for r in plan if r.not_before <= START]
    assert [(r.stage, r.role) for r in catch_up(ripe, START)] == [("T-30", "reporter")]
    assert states(plan) == {s: ("planned", None) for s in LADDER.codes}


def test_a_reminder_has_the_same_id_everywhere() -> None:
    assert reminder_id(ID, "T-30", "email", "reporter") == UUID("8b65bcf3-6f6b-5e93-816e-e42f461642ea")
    ids = [r.id for r in desired(OPEN, START, LADDER)]
    assert len(set(ids)) == len(ids) == 13
    assert ids == [r.id for r in desired(OPEN, START + timedelta(days=40), LADDER)]


def test_steps_of_one_day_are_merged_and_the_most_urgent_stands() -> None:
    duty = replace(OPEN, due_at=datetime(2025, 12, 15, tzinfo=VIETNAM))
    plan = desired(duty, datetime(2025, 11, 1, tzinfo=UTC), LADDER)
    assert states(plan)["T-3"] == ("superseded", "merged")
    assert states(plan)["T-1"] == ("planned", None)
    assert states(plan, "head")["T-3"] == ("superseded", "merged")


@given(
    st.dates(date(2021, 1, 1), date(2030, 12, 31)),
    st.sets(st.integers(1, 60), max_size=6),
    st.sets(st.integers(0, 60), max_size=6),
)
def test_steps_ascend_on_working_days_and_none_is_lost(due: date, before: set[int], after: set[int]) -> None:
    holidays = Holidays()
    due_at = datetime(due.year, due.month, due.day, tzinfo=VIETNAM)
    plan = desired(replace(OPEN, due_at=due_at), due_at - timedelta(days=365), Ladder.of(before, after, holidays))
    mine = [r for r in plan if r.role == "reporter"]
    days = [r.planned_on for r in mine if r.state == "planned"]
    assert days == sorted(set(days)) and all(holidays.is_working_day(day) for day in days)
    assert len(mine) == len(before) + len(after)
    assert {r.planned_on for r in mine if r.reason == "merged"} <= set(days)
    for reminder in mine:
        distance = timedelta(days=int(reminder.stage[2:]))
        early = reminder.stage.startswith("T")
        assert reminder.planned_on <= due - distance if early else reminder.planned_on >= due + distance


def test_old_deadlines_are_not_dug_up() -> None:
    duty = replace(OPEN, due_at=datetime(2024, 12, 15, tzinfo=VIETNAM))
    assert set(states(desired(duty, START, LADDER)).values()) == {("cancelled", "expired")}


def test_planning_twice_changes_nothing() -> None:
    plan = desired(OPEN, START, LADDER, timedelta(seconds=5))
    assert reconcile(plan, []) == plan
    later = desired(OPEN, START + timedelta(minutes=3), LADDER, timedelta(seconds=5))
    assert reconcile(later, plan) == []


def test_a_submission_stops_what_is_outstanding_and_leaves_what_was_sent() -> None:
    plan = desired(OPEN, START, LADDER)
    stored = [replace(plan[0], state="sent"), *plan[1:]]
    changes = reconcile(desired(replace(OPEN, state="submitted", version=2), START, LADDER), stored)
    assert {(c.state, c.reason) for c in changes} == {("superseded", "submitted")}
    assert {c.id for c in changes} == {r.id for r in plan[1:]}


def test_what_a_sender_holds_is_left_to_it() -> None:
    plan = desired(OPEN, START, LADDER)
    held = replace(plan[0], state="due", leased=True)
    changes = reconcile(desired(replace(OPEN, state="submitted", version=2), START, LADDER), [held, *plan[1:]])
    assert held.id not in {c.id for c in changes}


def test_a_return_arms_what_is_still_to_come_and_tells_the_reporter() -> None:
    returned_at = datetime(2026, 12, 8, 3, tzinfo=UTC)
    returned = replace(OPEN, version=3, reopened_at=returned_at, returned_version=3)
    stored = [replace(r, state="superseded", reason="submitted") for r in desired(OPEN, START, LADDER)]
    changes = reconcile(desired(returned, returned_at, LADDER), stored)
    assert {(c.stage, c.role) for c in changes if c.state == "planned"} == {
        ("returned", "reporter"),
        *((s, r) for s in ("T-3", "T-1", "O+1", "O+3", "O+7") for r in ("reporter", "head")),
    }


def test_a_new_answer_replaces_the_notice_of_the_return() -> None:
    returned_at = datetime(2026, 12, 8, 3, tzinfo=UTC)
    returned = replace(OPEN, version=3, reopened_at=returned_at, returned_version=3)
    stored = desired(returned, returned_at, LADDER)
    answered = replace(OPEN, state="submitted", version=4)
    changes = {c.stage: (c.state, c.reason) for c in reconcile(desired(answered, returned_at, LADDER), stored)}
    assert changes["returned"] == ("superseded", "replaced")


def test_each_return_has_a_notice_of_its_own() -> None:
    def notice(version: int) -> UUID:
        duty = replace(OPEN, version=version, reopened_at=START, returned_version=version)
        return next(r.id for r in desired(duty, START, LADDER) if r.stage == "returned")

    assert notice(3) != notice(5)


def test_a_moved_deadline_moves_what_was_not_sent() -> None:
    stored = desired(OPEN, START, LADDER)
    moved = replace(OPEN, version=2, due_version=2, due_at=DUE + timedelta(days=14))
    changes = {c.stage: c.planned_on for c in reconcile(desired(moved, START, LADDER), stored) if c.role == "reporter"}
    assert changes["T-1"].isoformat() == "2026-12-28"


def test_after_an_outage_only_the_most_urgent_true_step_is_sent() -> None:
    plan = desired(OPEN, START, LADDER)
    now = datetime(2026, 12, 21, 2, tzinfo=UTC)  # down since November, O+3 was on the 18th
    ripe = [r for r in plan if r.not_before <= now and r.role == "reporter"]
    changes = {c.stage: (c.state, c.reason) for c in catch_up(ripe, now)}
    assert changes == {
        **{s: ("cancelled", "expired") for s in ("T-30", "T-14", "T-7", "T-3", "T-1")},
        "O+1": ("superseded", "catch_up"),
        "O+3": ("due", None),
    }


def test_an_unsent_step_gives_way_to_the_next_one() -> None:
    plan = {r.stage: r for r in desired(OPEN, START, LADDER) if r.role == "reporter"}
    stuck = replace(plan["T-14"], state="due")
    changes = {c.stage: c.state for c in catch_up([stuck, plan["T-7"]], datetime(2026, 12, 8, 2, tzinfo=UTC))}
    assert changes == {"T-14": "superseded", "T-7": "due"}


def test_attempts_wait_longer_each_time_up_to_an_hour() -> None:
    base, cap = timedelta(seconds=30), timedelta(hours=1)
    waits = [(next_attempt(START, n, base, cap) - START).total_seconds() for n in (1, 2, 3, 7, 8, 500)]
    assert waits == [30, 60, 120, 1920, 3600, 3600]
