"""The Kafka of docker-compose.yml, started once for all tests of its users, tokens and ACLs."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.events import INDICATORS, OPERATIONS, SUBMISSIONS
from tests.support.secured_kafka import SecuredKafka
from tiendo_local.issuer import Issuer
from tiendo_local.servers.kafka import java


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def secured(server_folder: Path, issuer: Issuer) -> AsyncIterator[SecuredKafka]:
    if java() is None or not (os.environ.get("KAFKA_HOME") or shutil.which("mvn")):
        pytest.skip("Apache Kafka needs Java 17 and Maven (Debian: apt-get install default-jre-headless maven)")
    kafka = SecuredKafka(server_folder / "secured", issuer)
    try:
        await asyncio.to_thread(kafka.start)
        await asyncio.to_thread(kafka.create_users, "submissions", "aggregation")
        await kafka.create_topics(SUBMISSIONS, INDICATORS, OPERATIONS)
        yield kafka
    finally:
        kafka.child.kill()
