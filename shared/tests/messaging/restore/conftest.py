"""A service that signs, and what it has to send."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.events import OPERATIONS, DeadlineApproaching
from shared.events.topics import PARTITIONS, PUBLISHED_BY
from shared.messaging import publish
from shared.settings import ServiceSettings
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event, own_settings
from ..signing.keys import NOTIFICATIONS, Keys


async def write(probe: ServiceProbe, settings: ServiceSettings, topic: str, count: int) -> None:
    async with probe.engine.begin() as tx:
        for _ in range(count):
            event = an_event(source=f"/{settings.service}")
            await publish(tx, event)
        await tx.exec_driver_sql(f"update outbox set topic = '{topic}'")


@pytest.fixture
def signing(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[ServiceSettings, str]:
    """Settings of a service that signs, and its topic."""
    if not broker.idempotent:
        pytest.skip("Tansu keeps nothing to compare with; a Java 17 is missing")
    topic, keys = topics("signed"), Keys(tmp_path)
    monkeypatch.setitem(PUBLISHED_BY, "notifications", (topic,))
    monkeypatch.setattr(DeadlineApproaching, "topic", topic)
    kafka_topics.create(broker.bootstrap, [OPERATIONS], partitions=PARTITIONS)
    own = own_settings(probe.settings, broker, "notifications")
    files = {"event_signing_key_file": keys.file(NOTIFICATIONS), "event_keys_file": keys.trusted}
    return own.model_copy(update=files), topic
