"""What readers ask of the database, as records."""

from typing import Any
from uuid import UUID

from services.submissions.tests.api_client import COMMUNE, ApiClient
from submissions.rules.opened_period import OpenedPeriod
from submissions.store import read
from submissions.store.read import ObligationFilter


async def test_records_of_an_obligation_and_its_revisions(api_client: ApiClient, report: dict[str, Any]) -> None:
    before = await api_client.obligation_id(period="2025")
    first = (await api_client.submit(before, report)).json()["id"]
    await api_client.decide(first, "return", "Kiểm tra")
    second = (await api_client.submit(before, {**report, "reason": "Đã sửa"})).json()["id"]
    now = await api_client.obligation_id(period="2026")
    async with api_client.engine.connect() as tx:
        obligation = await read.find_obligation(tx, UUID(now))
        assert obligation is not None and (obligation.unit, obligation.state, obligation.version) == (
            COMMUNE,
            "open",
            1,
        )
        assert await read.find_obligation(tx, UUID(int=0)) is None
        revisions = await read.revisions(tx, UUID(before))
        assert [(str(r.id), r.revision) for r in revisions] == [(second, 2), (first, 1)]
        latest, earlier = [await read.find_submission(tx, r.id) for r in revisions]
        assert latest and earlier and (latest.latest, earlier.latest) == (True, False)
        assert await read.latest_of_period(tx, obligation, "2025") == latest
        assert await read.latest_of_period(tx, obligation, "2024") is None
        [review] = await read.reviews(tx, UUID(before))
        assert (str(review.submission_id), review.act, review.reason) == (first, "return", "Kiểm tra")
        returns = await read.last_returns(tx, [UUID(before), UUID(now)])
        assert returns == {UUID(before): review} and (review.role, review.unit) == ("coordinator", "SO_NOI_VU")
        assert await read.list_submissions(tx, ObligationFilter(period="2025"), None, 10) == [latest, earlier]


async def test_periods_and_states_are_counted(api_client: ApiClient, report: dict[str, Any]) -> None:
    await api_client.submit(await api_client.obligation_id(), report)
    await api_client.open("2026-Q1")
    async with api_client.engine.connect() as tx:
        assert await read.opened_periods(tx) == [
            OpenedPeriod("2026-Q1", begun=False, pending=True),
            OpenedPeriod("2026", begun=True, pending=True),
        ]
        counts = {(c.form, c.state): c.count for c in await read.count_states(tx, "2026")}
    assert (counts["B01-XA", "submitted"], counts["B01-XA", "open"]) == (1, 27)
