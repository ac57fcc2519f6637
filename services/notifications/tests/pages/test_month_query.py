"""What the page "Thời hạn" understands, and how it tells what it does not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from notifications.pages.month_query import SHOWN, read_query
from services.notifications.tests.service import START, UNIT, ApiClients
from shared.catalogue import Catalogue
from shared.errors import Problem

TODAY = START.date()
OURS = re.compile(r"/query/|\^|\\d|&#39;live|<code>")
names = st.sampled_from(["month", "day", "unit", "state", "cursor", "other"])


@pytest.mark.parametrize(
    ("query", "month", "day"),
    [
        ("", "2026-11", None),
        ("month=2026-12", "2026-12", None),
        ("month=12/2026", "2026-12", None),
        ("month=3/2031", "2031-03", None),
        ("day=2026-12-14", "2026-12", "2026-12-14"),
        ("day=14/12/2026", "2026-12", "2026-12-14"),
        ("month=&day=&unit=&state=&cursor=", "2026-11", None),
        ("day=2099-12-31", "2099-12", "2099-12-31"),
    ],
)
def test_months_and_days_are_read_as_people_write_them(
    catalogue: Catalogue, query: str, month: str, day: str | None
) -> None:
    read = read_query(QueryParams(query), catalogue, TODAY)
    assert (str(read.month), read.day and read.day.isoformat()) == (month, day)


@pytest.mark.parametrize(
    "query",
    [
        *("month=2026-13", "month=1999-01", "month=2026-1", "month=13/2026", "month=2026-12&month=2026-11"),
        *("day=x", "day=9999-12-31", "day=0001-01-01", "day=31/02/2026", "day=99999-01-01", "day=20261214"),
        *("state=foo", "state=SENT", "unit=NOBODY", f"unit={'x' * 300}", "cursor=zz", "cursor=WyJ4Il0"),
    ],
)
async def test_what_is_not_understood_is_told_in_words_of_the_page(api: ApiClients, query: str) -> None:
    for language, said in (("vi", "(?i)không"), ("en", "There is no|has no|cannot")):
        async with api.as_("coordinator", Accept="text/html", Cookie=f"lang={language}") as client:
            answer = await client.get(f"/deadlines?{query}")
        assert answer.status_code == 422
        main = answer.text.split("<main")[1].split("</main>")[0]
        assert re.search(said, main) and not OURS.search(main)


async def test_all_is_told_at_once(api: ApiClients) -> None:
    async with api.as_("coordinator", Accept="text/html") as client:
        answer = await client.get("/deadlines?month=2026-13&day=x&unit=NOBODY&state=foo&cursor=zz")
    assert len(re.findall(r"<li>[^<]*(?:“|chỗ đang xem)", answer.text)) == 5


@given(pairs=st.lists(st.tuples(names, st.text(max_size=30) | st.sampled_from([UNIT, *SHOWN, "2026-12"])), max_size=6))
def test_any_query_is_read_or_told(catalogue: Catalogue, pairs: list[tuple[str, str]]) -> None:
    told: Problem | None = None
    try:
        read = read_query(QueryParams(pairs), catalogue, TODAY)
    except Problem as problem:
        told = problem
    if told is None:
        assert read.state in SHOWN and 2000 <= read.month.first.year <= 2099
    else:
        assert told.status == 422 and told.faults
        assert all(fault.text.vi and fault.text.en and not fault.pointer for fault in told.faults)
