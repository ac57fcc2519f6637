"""The page of the sources."""

from uuid import uuid4

from services.audit.tests.page_check import check
from services.audit.tests.producer import Producer
from services.audit.tests.sample_events import received
from services.audit.tests.source_driver import SourceDriver


async def test_the_page_tells_what_is_open_first(sources: SourceDriver) -> None:
    assert "Chưa hệ thống nào báo gì" in check(await sources.audit.get("/sources"))
    producer, quiet = Producer(), Producer("/registry")
    events = producer.send(3)
    await sources.consume(events[0], producer.heartbeat(), *quiet.send(1), received(uuid4()).to_bytes())
    await sources.wait(31)
    await sources.consume(events[1])
    await sources.wait(30)
    await sources.consume(producer.heartbeat())
    text = check(await sources.audit.get("/sources"))
    assert "Chưa nhận được" in text and "thiếu 1<" in text and ">đủ<" not in text and "1 việc không đánh số" in text
    assert ">/registry<" in text and "im lặng" in text and "Đã khép lại" not in text
    await sources.consume(events[2])
    text = check(await sources.audit.get("/sources"))
    assert text.index("Không có chỗ nào thiếu") < text.index(">đủ<") < text.index("Đã khép lại") < text.index("2–3")
    assert 'href="/sources"' in check(await sources.audit.get("/log"))
    english = await sources.audit.client.get("/sources", headers=sources.audit.as_("ops") | {"Cookie": "lang=en"})
    assert "Not received" in check(english)
