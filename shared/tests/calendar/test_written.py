"""Days and instants in the one writing that is taken."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar.written import iso_of, meant_day, office_of, read_day, read_instant


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_each_day_has_one_writing(day: date) -> None:
    assert read_day(day.isoformat()) == day
    for other in (
        f"{day:%Y%m%d}",
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%Y/%m/%d}",
        f"{day:%G-W%V-%u}",
        f"{day} ",
    ):
        with pytest.raises(ValueError, match="not a day"):
            read_day(other)
    assert (
        meant_day(f"{day:%Y%m%d}")
        == meant_day(f"{day:%d/%m/%Y}")
        == meant_day(f"{day.day}-{day.month}-{day.year}")
        == day
    )


@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_instants_are_rfc_3339(instant: datetime) -> None:
    written = instant.isoformat()
    assert read_instant(written) == read_instant(written.replace("+", " ")) == instant
    assert (
        read_instant(written.replace("+00:00", "Z")) == read_instant(written.lower().replace("+00:00", "z")) == instant
    )


@pytest.mark.parametrize(
    "written",
    ["", "0", "2026", "20261128", "1732752000", "2026-11-28", "2026-11-28T10:00:00", "2026-11-28T10:00Z",
     "2026-11-28 10:00:00Z", "20261128T100000Z", "2026-11-28T24:00:00Z", "2026-11-28T10:00:60Z", "2026-02-30T10:00:00Z",
     "2026-11-28T10:00:00+0700", "2026-11-28T10:00:00+24:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
     "٢٠٢٦-١١-٢٨T10:00:00Z"],
)  # fmt: skip
def test_everything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # that it is this kind of error is all that readers rely on
        read_instant(written)


@given(st.text())
def test_no_text_is_another_error(written: str) -> None:
    for read in (read_day, read_instant):
        try:
            read(written)
        except ValueError:
            continue
    meant_day(written)


@pytest.mark.parametrize("written", ["31/02/2026", "99999999", "2026", "x"])
def test_nothing_is_offered_for_what_is_no_day(written: str) -> None:
    assert meant_day(written) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_page_writes_and_reads_a_day_as_an_office_does(day: date) -> None:
    written = f"{day:%d/%m/}{day.year}"
    assert office_of(day.isoformat()) == written and iso_of(written) == iso_of(f" {written} ") == day.isoformat()
    for other in (f"{day.day}-{day.month}-{day.year}", f"{day:%Y%m%d}", "hôm qua", ""):
        assert iso_of(other) == office_of(other) == other
