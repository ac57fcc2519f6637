"""The whole way on a real broker: a form, the outbox, Kafka, the log."""

import asyncio
from typing import Any

from audit.events import SOURCE
from audit.settings import AuditSettings
from audit.worker import create_worker
from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, post
from shared.events import ALL_TOPICS, PARTITIONS
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker


async def test_what_this_service_publishes_comes_back_into_its_log(audit: Audit, broker: Broker) -> None:
    await kafka_topics.create_topics(broker.bootstrap, ALL_TOPICS, partitions=PARTITIONS)
    settings = AuditSettings(
        environment="test",
        database_url=audit.settings.database_url,
        kafka_bootstrap_servers=broker.bootstrap,
        kafka_idempotent=broker.idempotent,
    )
    worker = create_worker(settings)
    await worker.start()
    try:
        made = (await post(audit, "/api/v1/inspections", CASE)).json()
        async with asyncio.timeout(90):
            while len(items := await events_of(audit, made["id"])) < 3:
                await asyncio.sleep(0.1)
        assert [item["type"].split(".")[3] for item in items] == ["logged", "recorded", "recorded"]
        raw = await audit.get(f"/api/v1/events/{items[0]['id']}/raw")
        assert b'"sequence":"' in raw.content and b'"prevhash":"' in raw.content
        async with asyncio.timeout(60):  # a heartbeat every ten seconds
            while (source := await source_of(audit))["announced"] != 3:
                await asyncio.sleep(0.1)
        assert (source["sequence"], source["missing"], source["gaps"]) == (3, 0, [])
        assert len(await audit.items(source=SOURCE)) == 3
        assert worker.stuck() is None
    finally:
        await worker.stop()


async def events_of(audit: Audit, subject: str) -> list[dict[str, Any]]:
    return await audit.items(subject=subject, order="asc")


async def source_of(audit: Audit) -> dict[str, Any]:
    """Our own: the broker is shared with other tests, whose services say something, too."""
    items = (await audit.get("/api/v1/sources")).json()["items"]
    return next((dict(one) for one in items if one["source"] == SOURCE), {"announced": 0})
