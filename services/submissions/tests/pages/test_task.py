"""How urgent an obligation is."""

from datetime import datetime

from services.submissions.tests.records import obligation
from shared.calendar import VIETNAM, Holidays
from submissions.pages.task import by_urgency, task_of

HOLIDAYS = Holidays()


def test_days_count_to_the_last_day_in_time() -> None:
    task = task_of(obligation(), datetime(2026, 12, 14, 23, tzinfo=VIETNAM), HOLIDAYS)
    assert (task.days, task.working, task.word, task.shape) == (0, 0, "open", "not_assessed")
    overdue = task_of(obligation(), datetime(2026, 12, 15, tzinfo=VIETNAM), HOLIDAYS)
    assert (overdue.days, overdue.word, overdue.shape, overdue.pending) == (-1, "overdue", "not_met", True)
    sent = task_of(obligation(state="submitted"), datetime(2026, 12, 15, tzinfo=VIETNAM), HOLIDAYS)
    assert (sent.word, sent.pending) == ("submitted", False)


def test_the_most_urgent_comes_first_and_the_latest_sent_first() -> None:
    now = datetime(2026, 11, 24, tzinfo=VIETNAM)
    due = [datetime(year, 12, 15, tzinfo=VIETNAM) for year in (2024, 2025, 2026)]
    pending, done = by_urgency(
        [task_of(obligation(due_at=at, state=s), now, HOLIDAYS) for at in due for s in ("open", "accepted")]
    )
    assert [task.last_day.year for task in pending] == [2024, 2025, 2026]
    assert [task.last_day.year for task in done] == [2026, 2025, 2024]
