from datetime import UTC, date, datetime

import pytest

from notifications.rules.stage import Ladder, days_left, due_day, is_overdue, urgency
from shared.calendar import VIETNAM, DueRule, Holidays, Override, Period, due_instant
from shared.text.figures import last_day

LADDER = Ladder.of([30, 14, 7, 3, 1], [1, 3, 7], Holidays())
RULE = DueRule("annual", "year", 12, 15)


def due(year: int) -> datetime:
    return due_instant(Period(year), RULE)


@pytest.mark.parametrize(
    ("year", "stage", "day"),
    [
        (2025, "T-1", date(2025, 12, 12)),
        (2025, "T-3", date(2025, 12, 12)),
        (2026, "T-30", date(2026, 11, 13)),
        (2026, "T-3", date(2026, 12, 11)),
        (2026, "T-1", date(2026, 12, 14)),
        (2029, "T-14", date(2029, 11, 30)),
        (2029, "T-7", date(2029, 12, 7)),
        (2030, "T-14", date(2030, 11, 29)),
        (2030, "T-7", date(2030, 12, 6)),
        (2030, "T-1", date(2030, 12, 13)),
        (2026, "O+1", date(2026, 12, 16)),
        (2026, "O+3", date(2026, 12, 18)),
        (2026, "O+7", date(2026, 12, 22)),
        (2028, "O+1", date(2028, 12, 18)),
    ],
)
def test_planned_days_of_the_ladder(year: int, stage: str, day: date) -> None:
    """docs/domain.md 6.2, for "trước ngày 15/12"; O+n moves to a later working day."""
    steps = {step.code: step for step in LADDER.steps(due(year))}
    assert steps[stage].day == day


def test_a_step_begins_at_eight_in_vietnam() -> None:
    first = LADDER.steps(due(2026))[0]
    assert first.not_before.astimezone(UTC) == datetime(2026, 11, 13, 1, 0, tzinfo=UTC)


def test_steps_before_the_deadline_expire_with_it_and_those_after_it_a_month_later() -> None:
    steps = {step.code: step for step in LADDER.steps(due(2026))}
    assert steps["T-1"].expires_at == due(2026)
    assert steps["O+1"].expires_at == steps["O+7"].expires_at == datetime(2027, 1, 21, 8, tzinfo=VIETNAM)


def test_an_overruled_working_day_moves_a_step() -> None:
    ladder = Ladder.of([1], [], Holidays([Override(date(2026, 12, 14), False, "a document")]))
    assert ladder.steps(due(2026))[0].day == date(2026, 12, 11)


def test_the_head_is_written_to_from_three_days_before() -> None:
    roles = {step.code: step.roles for step in LADDER.steps(due(2026))}
    assert [code for code, who in roles.items() if "head" in who] == ["T-3", "T-1", "O+1", "O+3", "O+7"]
    assert all("reporter" in who for who in roles.values())


def test_the_last_day_is_the_one_before_an_exclusive_limit() -> None:
    assert last_day(due(2026)) == date(2026, 12, 14)
    assert due_day(due(2026)) == date(2026, 12, 15)
    assert last_day(datetime(2026, 12, 15, 17, tzinfo=VIETNAM)) == date(2026, 12, 15)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2026, 11, 24, 13, tzinfo=UTC), 20),
        (datetime(2026, 12, 14, 23, 59, tzinfo=VIETNAM), 0),
        (datetime(2026, 12, 15, 0, 0, tzinfo=VIETNAM), -1),
        (datetime(2026, 11, 24, 17, 30, tzinfo=UTC), 19),  # already the 25th in Vietnam
    ],
)
def test_days_left_count_in_vietnam(now: datetime, left: int) -> None:
    assert days_left(due(2026), now) == left


def test_codes_order_by_urgency() -> None:
    assert sorted(["O+7", "T-1", "T-30", "O+1", "T-7"], key=urgency) == ["T-30", "T-7", "T-1", "O+1", "O+7"]
    assert is_overdue("O+1") and not is_overdue("T-1")
