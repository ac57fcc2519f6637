"""GET events: the items, the filters, the cursors."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.audit.tests.audit_driver import Audit
from services.audit.tests.sample_events import OTHER, THEN, UNIT, opened, received
from shared.web.cursor import encode


async def test_an_item_is_as_the_design_says(audit: Audit) -> None:
    event = received(uuid4(), 2)
    await audit.log(event)
    (item,) = await audit.items()
    assert list(item) == ["index", "id", "type", "source", "subject", "time", "data"]
    assert (item["index"], item["id"], item["type"]) == (0, event.id, "vn.tiendo.submission.received.v1")
    assert item["time"] == "2026-12-14T16:12:00Z" and item["data"]["revision"] == 2


async def test_filters(audit: Audit) -> None:
    obligation_id, other = uuid4(), uuid4()
    await audit.log(
        opened(obligation_id, time=THEN - timedelta(days=9)),
        received(obligation_id, 1),
        received(other, 1, unit=OTHER, period="2026-Q3", time=THEN + timedelta(days=1)),
    )

    async def indices(**params: Any) -> list[int]:
        return [item["index"] for item in await audit.items(**params)]

    assert await indices() == [2, 1, 0]
    assert await indices(order="asc") == [0, 1, 2]
    assert await indices(type="submission.received") == [2, 1]
    assert await indices(type="vn.tiendo.obligation.opened.v1") == [0]
    assert await indices(subject=str(obligation_id)) == [1, 0]
    assert await indices(unit=OTHER) == [2]
    assert await indices(period="2026") == [1, 0]
    assert await indices(source="submissions") == [2, 1, 0]
    assert await indices(source="/audit") == []
    assert await indices(**{"from": "2026-12-14", "to": "2026-12-14"}) == [1]
    assert await indices(**{"from": "2026-12-14T23:12:00+07:00"}) == [2, 1]
    assert await indices(to="2026-12-14T16:12:00Z") == [0]
    assert await indices(q=str(other)) == [2]
    submission = (await audit.items(type="submission.received"))[0]
    assert await indices(q=submission["data"]["submission_id"]) == [submission["index"]]
    assert await indices(unit=UNIT, type="submission.received", period="2026") == [1]


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_cursors_walk_the_whole_log_once_while_it_grows(audit: Audit, order: str) -> None:
    await audit.log(*(received(uuid4()) for _ in range(23)))
    seen: list[int] = []
    cursor: str | None = None
    while True:
        params = {"limit": "5", "order": order} | ({"cursor": cursor} if cursor else {})
        answer = (await audit.get("/api/v1/events", **params)).json()
        seen += [item["index"] for item in answer["items"]]
        cursor = answer["next"]
        if len(seen) == 10:
            await audit.log(received(uuid4()), first=100)
        if cursor is None:
            break
    assert seen == (list(range(24)) if order == "asc" else list(range(22, -1, -1)))


async def test_every_bad_filter_is_named_at_once_in_both_languages(audit: Audit) -> None:
    bad = {
        "type": "x", "unit": "Y", "period": "26", "from": "tomorrow", "source": "moon", "limit": "0",
        "cursor": "!", "tpye": "z",
    }  # fmt: skip
    answer = await audit.get("/api/v1/events", **bad)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert sorted(fault["pointer"] for fault in answer.json()["errors"]) == sorted(f"/query/{name}" for name in bad)
    assert "không" in answer.json()["errors"][0]["message"].lower()
    english = await audit.client.get(
        "/api/v1/events", params=bad, headers=audit.as_("auditor") | {"Accept-Language": "en"}
    )
    assert english.json()["title"] == "Something in the filters is not right"


@pytest.mark.parametrize("id_", ["x", "x" * 70, "..%2f..", "%F0%9F%98%80"])
async def test_unknown_events_are_not_found(audit: Audit, id_: str) -> None:
    for path in (f"/api/v1/events/{id_}", f"/api/v1/events/{id_}/raw", f"/events/{id_}", f"/subjects/{id_}"):
        assert (await audit.get(path)).status_code == 404


async def test_cursors_that_nobody_gave_out(audit: Audit) -> None:
    event = received(uuid4())
    await audit.log(event)
    huge = 10**30
    paths = {
        "/api/v1/events": encode(huge),
        "/api/v1/inspections": encode(0, THEN.date(), huge),
        f"/subjects/{event.subject}": encode(THEN, huge),
    }
    for path, cursor in paths.items():
        for wrong in (cursor, "x", encode("a"), encode(1, 2, 3, 4)):
            assert (await audit.get(path, cursor=wrong)).status_code in (400, 422)
