"""kill -9 of the worker while it sends: every mail arrives, a second copy only where a kill can explain it."""

import asyncio
import os
import socket
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from services.notifications.tests.service import MakeEvents, Parts
from tiendo_local.servers.mail.smtp_sink import SmtpSink

MAILS = 120
KILL_AT = (15, 70)


async def test_every_mail_arrives_though_the_worker_is_killed(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    await service.consume(*(obligation_events(id=uuid4()).opened() for _ in range(MAILS)))
    while await service.ticker.tick():
        pass
    environment = {
        **os.environ,
        "ENVIRONMENT": "test",
        "NOTIFICATIONS_DATABASE_URL": service.settings.database_url.get_secret_value(),
        "NOTIFICATIONS_PORT": str(free_port()),
        "NOTIFICATIONS_LEASE_SECONDS": "1.5",
        "NOTIFICATIONS_TICK_SECONDS": "0.1",
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",  # mail does not need it
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_sink.port}",
        "TIENDO_CLOCK_OFFSET_SECONDS": str((service.clock.now() - datetime.now(UTC)).total_seconds()),
    }
    for count in (*KILL_AT, None):
        with (tmp_path / "log").open("ab") as log:
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "notifications", "worker", env=environment, stdout=log, stderr=log
            )
        try:
            if count is None:
                await all_sent(service)
            else:
                await smtp_sink.arrived(count, 60)
        finally:
            worker.kill()
            await worker.wait()
    received = Counter(mail.message["X-Tiendo-Reminder"] for mail in smtp_sink.messages)
    planned = {str(row.id) for row in await service.rows("select id from reminder where stage = 'T-30'")}
    assert set(received) == planned and len(planned) == MAILS
    again = {identity: times for identity, times in received.items() if times > 1}
    assert sum(times - 1 for times in again.values()) <= len(KILL_AT)
    copies = [m.message for m in smtp_sink.messages if m.message["X-Tiendo-Reminder"] in again]
    assert len({m["Message-ID"] for m in copies}) == len(again)


async def all_sent(service: Parts) -> None:
    async with asyncio.timeout(90):
        while [row for row in await service.rows("select 1 from reminder where state = 'due' limit 1")]:
            await asyncio.sleep(0.1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
