"""An inspection is kept and published once."""

import asyncio

from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, FINDING, post, published
from services.audit.tests.sample_events import UNIT
from shared.events import (
    FindingRecorded,
    InspectionLogged,
    parse,
)


async def test_an_inspection_is_kept_and_told_in_counts_and_codes(audit: Audit) -> None:
    answer = await post(audit, "/api/v1/inspections", CASE)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/inspections/{made['id']}"
    assert (made["state"], made["age_days"]) == ("in_progress", 15)
    assert made["by_severity"] == {"high": 1, "medium": 0, "low": 1}
    assert (await audit.get(answer.headers["location"])).json() == made
    assert [finding["effect"] for finding in made["findings"]] == [FINDING["effect"]] * 2

    rows = await published(audit)
    assert {(row.topic, row.key) for row in rows} == {("inspections.v1", made["id"])}
    events = [parse(row.value) for row in rows]
    logged, first, second = (event.data for event in events)
    assert isinstance(logged, InspectionLogged) and isinstance(first, FindingRecorded)
    assert (logged.findings, logged.by_severity) == (2, {"high": 1, "medium": 0, "low": 1})
    assert (first.measure, first.severity, first.unit, first.period) == ("4.1", "high", UNIT, "2026")
    assert isinstance(second, FindingRecorded) and second.measure is None
    assert events[0].source == "/audit" and events[0].catalogueversion == audit.app.state.catalogue.version


async def test_our_own_events_come_back_into_the_log_and_read_as_a_case(audit: Audit) -> None:
    made = (await post(audit, "/api/v1/inspections", CASE)).json()
    await audit.log(*(parse(row.value) for row in await published(audit)))
    items = await audit.items(subject=made["id"], order="asc")
    assert [item["type"].split(".")[2:4] for item in items] == [
        ["inspection", "logged"],
        *[["finding", "recorded"]] * 2,
    ]
    page = await audit.get(f"/subjects/{made['id']}")
    who = "Sở Nội vụ (thanh tra)"
    assert f"{who} ghi nhận cuộc kiểm tra tại Xã Quảng Trực về năm 2026: 2 phát hiện" in page.text


async def test_the_same_key_makes_one_inspection(audit: Audit) -> None:
    first, second = await asyncio.gather(
        *(post(audit, "/api/v1/inspections", CASE, **{"Idempotency-Key": "k1"}) for _ in range(2))
    )
    assert first.json() == second.json() and first.status_code == second.status_code == 201
    assert len(await audit.rows("select id from inspection")) == 1 and len(await published(audit)) == 3
    other = await post(audit, "/api/v1/inspections", CASE | {"period": "2025"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
