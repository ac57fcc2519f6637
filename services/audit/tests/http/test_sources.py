"""GET sources: what is answered, to whom."""

from services.audit.tests.audit_driver import Audit
from services.audit.tests.producer import SOURCE, Producer
from services.audit.tests.source_driver import SourceDriver


async def test_everything_in_order_is_complete(sources: SourceDriver) -> None:
    producer = Producer()
    await sources.consume(*producer.send(5), producer.heartbeat())
    await sources.wait(40)
    source = (await sources.sources())[SOURCE]
    assert source == {
        "source": SOURCE, "sequence": 5, "announced": 5, "last_event_at": "2026-12-14T16:12:00Z",
        "last_heartbeat_at": "2026-12-14T16:12:00Z", "missing": 0, "unnumbered": 0, "silent": False, "gaps": [],
    }  # fmt: skip


async def test_only_those_who_may_read_everything(audit: Audit) -> None:
    for role, status in (("ops", 200), ("leader", 200), ("coordinator", 200), ("reporter", 403), ("head", 403)):
        assert (await audit.get("/api/v1/sources", role)).status_code == status
        assert (await audit.get("/sources", role)).status_code == status
