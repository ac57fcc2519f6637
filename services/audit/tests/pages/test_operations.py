"""The page of operations, of a service whose neighbours and broker are away."""

from datetime import timedelta
from uuid import uuid4

from services.audit.tests.audit_driver import Audit, records
from services.audit.tests.page_check import check
from services.audit.tests.producer import Producer
from services.audit.tests.sample_events import THEN
from services.audit.tests.source_driver import SourceDriver
from shared.events import Event, ProjectionRebuilt

REBUILT = ProjectionRebuilt(
    rebuild_id=uuid4(),
    projection="aggregation",
    origin="log",
    events=7,
    facts=3,
    live_checksum="a" * 64,
    rebuilt_checksum="a" * 64,
    equal=True,
    swapped=False,
    started_at=THEN,
    finished_at=THEN,
)


async def test_who_may_see_it(audit: Audit) -> None:
    roles = ("ops", "auditor", "coordinator", "leader", "reporter", "head")
    assert [(await audit.get("/operations", role)).status_code for role in roles] == [200, 200, 403, 403, 403, 403]


async def test_what_is_away_is_told_and_the_rest_stands(audit: Audit) -> None:
    await audit.worker().consume(records(b"no event"))
    text = check(await audit.get("/operations", "ops"))
    assert text.count("không trả lời") == 3 and text.count("không kết nối được (ConnectError)") == 3
    assert "không đếm được" in text, "the broker is away, too"
    assert "submissions.v1/0@0" in text and 'href="/dead-letters/1"' in text
    assert "Chưa hệ thống nào báo gì" in text and "Nhật ký chưa có lần tính lại nào" in text


async def test_sources_and_the_last_rebuild_are_told(sources: SourceDriver) -> None:
    audit = sources.audit
    for events in (7, 8):
        data = REBUILT.model_copy(update={"events": events, "rebuild_id": uuid4()})
        rebuilt = Event.of(
            data, source="/aggregation", subject=str(data.rebuild_id), time=THEN, catalogue_version="0" * 64
        )
        await sources.consume(rebuilt.to_bytes())
    await sources.consume(Producer().heartbeat(), Producer("/registry").heartbeat())
    text = check(await audit.get("/operations", "auditor"))
    assert "8 bản tin" in text and "7 bản tin" not in text
    assert ">/registry<" in text and ">đủ<" in text
    sources.clock.time += timedelta(minutes=5)
    assert "im lặng" in check(await audit.get("/operations", "auditor"))


async def test_the_header_counts_what_waits_in_the_log(audit: Audit) -> None:
    assert "việc chờ</span>" not in check(await audit.get("/log", "ops"))
    first, _, third = Producer().send(3)
    driver = SourceDriver(audit)
    await driver.consume(first, third)
    await driver.wait(31)
    await audit.worker().consume(records(b"no event", first=9))
    text = check(await audit.get("/log", "ops"))
    # A letter, a gap and a source that has been silent by the clock of the app.
    assert "Vận hành: 3 việc chờ" in text
    assert "việc chờ</span>" not in check(await audit.get("/log", "auditor"))
    english = await audit.client.get("/log", headers=audit.as_("ops") | {"Cookie": "lang=en"})
    assert "Operations: 3 things wait" in check(english)
