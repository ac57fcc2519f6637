"""Settings of a topic changed while the system runs, and set back."""

import asyncio
import time
from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from tiendo_local.console import LocalFault
from tiendo_local.servers.topics import SETTINGS

SECONDS = 60.0


async def set_until_done(bootstrap: str, topic: str, settings: Mapping[str, str]) -> None:
    """The usual settings with these instead, tried again while Kafka is away. Raises LocalFault after a minute."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            fault = await _set(bootstrap, topic, {**SETTINGS, **settings})
        except (KafkaError, OSError, TimeoutError) as error:
            fault = repr(error)
        if fault is None:
            return
        if time.monotonic() > deadline:
            raise LocalFault(f"{topic} could not be set to {dict(settings)}: {fault}")
        await asyncio.sleep(0.2)


async def _set(bootstrap: str, topic: str, settings: Mapping[str, str]) -> str | None:
    """What Kafka objected to, or None."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    await admin.start()
    try:
        answers = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, dict(settings))])
    finally:
        await admin.close()
    return next((str(r) for answer in answers for r in answer.resources if r[0] != 0), None)
