"""The whole worker: an event on Kafka becomes a mail, and what happened stands on Kafka again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from notifications.worker import create_worker
from services.notifications.tests.service import MakeEvents
from shared.events import DEADLINES, NOTIFICATIONS, SUBMISSIONS, Event, parse
from tests.support.relay_head import set_ahead
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.mail.smtp_sink import CaughtMail, SmtpSink


async def test_an_opened_obligation_is_mailed_and_told(
    broker: Any, settings: Any, obligation_events: MakeEvents, smtp_sink: SmtpSink
) -> None:
    await asyncio.to_thread(
        kafka_topics.create, broker.bootstrap, [SUBMISSIONS, DEADLINES, NOTIFICATIONS], partitions=12
    )
    obligation = obligation_events(
        id=uuid4(), unit="SO_Y_TE", form="B10-YTE", due_at=datetime.now(UTC) + timedelta(days=9)
    )
    running = settings.model_copy(
        update={
            "smtp_url": type(settings.smtp_url)(f"smtp://127.0.0.1:{smtp_sink.port}"),
            "kafka_bootstrap_servers": broker.bootstrap,
            "kafka_idempotent": broker.idempotent,
            "tick_seconds": 0.1,
        }
    )
    worker = create_worker(running)
    await set_ahead(worker.engine, "/notifications")
    await worker.start()
    try:
        event = Event.of(
            obligation.opened(),
            source="/submissions",
            subject=str(obligation.id),
            time=datetime.now(UTC),
            catalogue_version="c",
        )
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
            await producer.send_and_wait(SUBMISSIONS, event.to_bytes(), key=event.subject.encode())
        async with asyncio.timeout(60):
            while not [mail for mail in smtp_sink.messages if str(obligation.id) in text_of(mail)]:
                await asyncio.sleep(0.05)
        told_types = await _heard(broker.bootstrap, str(obligation.id), {"deadline.approaching", "notification.sent"})
        assert {"deadline.approaching", "notification.sent"} <= told_types
    finally:
        await worker.stop()


def text_of(mail: CaughtMail) -> str:
    return str(next(iter(mail.message.iter_parts())).get_content())


async def _heard(bootstrap: str, obligation_id: str, wanted: set[str]) -> set[str]:
    """Short types of the events about the obligation, until all wanted ones were there."""
    heard: set[str] = set()
    async with AIOKafkaConsumer(
        DEADLINES, NOTIFICATIONS, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        async with asyncio.timeout(30):
            while not wanted <= heard:
                record = await consumer.getone()
                event = parse(record.value)
                if str(getattr(event.data, "obligation_id", "")) == obligation_id:
                    heard.add(event.type.removeprefix("vn.tiendo.").removesuffix(".v1"))
    return heard
