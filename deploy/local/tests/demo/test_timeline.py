"""The demonstration happens in an order that could be true."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from shared.calendar import VIETNAM, Period
from shared.catalogue import load
from tiendo_local.demo.timeline import OpenedObligation, Timeline

CATALOGUE = load()
HOLIDAYS = CATALOGUE.calendar.holidays()
PERIODS = [Period.parse(f"{year}{part}") for year in (2024, 2025, 2026) for part in ("", "-Q1", "-Q2", "-Q3", "-Q4")]
FIRST, LAST = datetime(2026, 12, 15), datetime(2027, 12, 31)  # noqa: DTZ001  # Hypothesis adds the zone


@given(
    st.sampled_from(PERIODS),
    st.sampled_from(sorted(CATALOGUE.units)),
    st.booleans(),
    st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    st.integers(-400, 400),
)
@example(PERIODS[10], "24736@2025-07-01", False, datetime(2026, 12, 15, tzinfo=UTC), 0)
def test_a_period_is_opened_before_its_reports_and_these_are_sent_before_they_are_decided(
    period: Period, unit: str, corrected: bool, now: datetime, days_to_due: int
) -> None:
    timeline = Timeline(now, HOLIDAYS)
    opened_at = timeline.opened_at(period)
    due_at = max(now + timedelta(days=days_to_due), opened_at + timedelta(days=30))
    answer = OpenedObligation("1", "B01-XA", unit, str(period), due_at, 0)
    acts = timeline.acts(answer, opened_at, corrected=corrected)
    moments = [opened_at, *(act.at for act in acts)]
    assert moments == sorted(moments)
    assert moments[-1] <= now
    for moment in (one for one in moments if one != now):
        local = moment.astimezone(VIETNAM)
        assert 8 <= local.hour < 16
        assert HOLIDAYS.is_working_day(local.date())
    assert [act.kind for act in acts][: 1 + corrected] == ["submit", "correct"][: 1 + corrected]
    assert all(act.at < now for act in acts if act.kind in ("accept", "return"))


def test_most_reports_of_a_past_period_come_in_time_and_all_are_decided() -> None:
    timeline = Timeline(datetime(2026, 11, 29, 3, tzinfo=UTC), HOLIDAYS)
    period, due_at = Period.parse("2025"), datetime(2025, 12, 14, 17, tzinfo=UTC)
    late = 0
    for unit in CATALOGUE.units:
        answer = OpenedObligation("1", "B01-XA", unit, str(period), due_at, 0)
        acts = timeline.acts(answer, timeline.opened_at(period), corrected=False)
        assert [act.kind for act in acts] == ["submit", "accept"]
        late += acts[0].at >= due_at
    assert 0 < late < len(CATALOGUE.units) / 6
