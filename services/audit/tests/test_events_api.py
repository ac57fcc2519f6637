from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.audit.tests.conftest import OTHER, THEN, UNIT, Audit, opened, received
from shared.web.cursor import encode


async def test_an_item_is_as_the_design_says(audit: Audit) -> None:
    event = received(uuid4(), 2)
    await audit.log(event)
    (item,) = await audit.items()
    assert list(item) == ["index", "id", "type", "source", "subject", "time", "data"]
    assert (item["index"], item["id"], item["type"]) == (0, event.id, "vn.tiendo.submission.received.v1")
    assert item["time"] == "2026-12-14T16:12:00Z" and item["data"]["revision"] == 2


async def test_filters(audit: Audit) -> None:
    duty, other = uuid4(), uuid4()
    await audit.log(
        opened(duty, time=THEN - timedelta(days=9)),
        received(duty, 1),
        received(other, 1, unit=OTHER, period="2026-Q3", time=THEN + timedelta(days=1)),
    )

    async def found(**params: Any) -> list[int]:
        return [item["index"] for item in await audit.items(**params)]

    assert await found() == [2, 1, 0]
    assert await found(order="asc") == [0, 1, 2]
    assert await found(type="submission.received") == [2, 1]
    assert await found(type="vn.tiendo.obligation.opened.v1") == [0]
    assert await found(subject=str(duty)) == [1, 0]
    assert await found(unit=OTHER) == [2]
    assert await found(period="2026") == [1, 0]
    assert await found(source="submissions") == [2, 1, 0]
    assert await found(source="/audit") == []
    assert await found(**{"from": "2026-12-14", "to": "2026-12-14"}) == [1]
    assert await found(**{"from": "2026-12-14T23:12:00+07:00"}) == [2, 1]
    assert await found(to="2026-12-14T16:12:00Z") == [0]
    assert await found(q=str(other)) == [2]
    submission = (await audit.items(type="submission.received"))[0]
    assert await found(q=submission["data"]["submission_id"]) == [submission["index"]]
    assert await found(unit=UNIT, type="submission.received", period="2026") == [1]


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


@pytest.mark.parametrize("role", ["auditor", "coordinator", "ops", "leader"])
async def test_these_roles_read_all(audit: Audit, role: str) -> None:
    await audit.log(received(uuid4()), received(uuid4(), unit=OTHER))
    assert len((await audit.get("/api/v1/events", role)).json()["items"]) == 2


@pytest.mark.parametrize("role", ["reporter", "head"])
async def test_a_unit_reads_its_own_events_only(audit: Audit, role: str) -> None:
    mine, others = received(uuid4()), received(uuid4(), unit=OTHER)
    await audit.log(mine, others)
    assert [i["id"] for i in (await audit.get("/api/v1/events", role, UNIT)).json()["items"]] == [mine.id]
    assert (await audit.get("/api/v1/events", role, UNIT, unit=OTHER)).status_code == 403
    assert (await audit.get("/api/v1/events", role, UNIT, unit=UNIT)).status_code == 200
    for path in (f"/api/v1/events/{others.id}", f"/api/v1/events/{others.id}/raw", f"/events/{others.id}"):
        assert (await audit.get(path, role, UNIT)).status_code == 404
    assert (await audit.get(f"/subjects/{others.subject}", role, UNIT)).status_code == 404
    assert (await audit.get(f"/api/v1/events/{mine.id}/raw", role, UNIT)).content == mine.to_bytes()


async def test_nobody_reads_without_signing_in(audit: Audit) -> None:
    for path in ("/api/v1/events", "/api/v1/events/x", "/api/v1/events/x/raw", "/api/v1/inspections"):
        assert (await audit.client.get(path)).status_code == 401


@pytest.mark.parametrize("id_", ["x", "x" * 70, "..%2f..", "%F0%9F%98%80"])
async def test_unknown_events_are_not_found(audit: Audit, id_: str) -> None:
    for path in (f"/api/v1/events/{id_}", f"/api/v1/events/{id_}/raw", f"/events/{id_}", f"/subjects/{id_}"):
        assert (await audit.get(path)).status_code == 404


async def test_ready_needs_the_database(audit: Audit) -> None:
    assert (await audit.client.get("/readyz")).status_code == 200
    assert (await audit.client.get("/api/v1/openapi.json")).json()["paths"]["/api/v1/events"]


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
