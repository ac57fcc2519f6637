"""Which reminders an obligation needs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from notifications.rules.schedule import desired
from notifications.rules.stage import Ladder
from services.notifications.tests.rules.samples import CHANNELS, LADDER, OPEN, START, states
from shared.calendar import VIETNAM, Holidays


def test_steps_of_one_day_are_merged_and_the_most_urgent_stands() -> None:
    obligation = replace(OPEN, due_at=datetime(2025, 12, 15, tzinfo=VIETNAM))
    plan = desired(obligation, datetime(2025, 11, 1, tzinfo=UTC), LADDER, CHANNELS)
    assert states(plan)["T-3"] == ("superseded", "merged")
    assert states(plan)["T-1"] == ("planned", None)
    assert states(plan, "head")["T-3"] == ("superseded", "merged")


def test_old_deadlines_are_not_dug_up() -> None:
    obligation = replace(OPEN, due_at=datetime(2024, 12, 15, tzinfo=VIETNAM))
    assert set(states(desired(obligation, START, LADDER, CHANNELS)).values()) == {("cancelled", "expired")}


def test_each_return_has_a_notice_of_its_own() -> None:
    def notice(version: int) -> UUID:
        obligation = replace(OPEN, version=version, reopened_at=START, returned_version=version)
        return next(r.id for r in desired(obligation, START, LADDER, CHANNELS) if r.stage == "returned")

    assert notice(3) != notice(5)


@given(
    st.dates(date(2021, 1, 1), date(2030, 12, 31)),
    st.sets(st.integers(1, 60), max_size=6),
    st.sets(st.integers(0, 60), max_size=6),
)
def test_steps_ascend_on_working_days_and_none_is_lost(due: date, before: set[int], after: set[int]) -> None:
    holidays = Holidays()
    due_at = datetime(due.year, due.month, due.day, tzinfo=VIETNAM)
    ladder = Ladder.of(before, after, holidays)
    plan = desired(replace(OPEN, due_at=due_at), due_at - timedelta(days=365), ladder, CHANNELS)
    mine = [r for r in plan if r.role == "reporter"]
    days = [r.planned_on for r in mine if r.state == "planned"]
    assert days == sorted(set(days)) and all(holidays.is_working_day(day) for day in days)
    assert len(mine) == len(before) + len(after)
    assert {r.planned_on for r in mine if r.reason == "merged"} <= set(days)
    for reminder in mine:
        distance = timedelta(days=int(reminder.stage[2:]))
        early = reminder.stage.startswith("T")
        assert reminder.planned_on <= due - distance if early else reminder.planned_on >= due + distance
