"""Fixtures for every test of the project: a real PostgreSQL, a real broker, an SMTP server that can fail.

Each server is started when the first test asks for it, in a temporary folder, and stopped by its own id at the end.
"""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest

from shared.events.topics import OPERATIONS, PARTITIONS
from tiendo_local.servers import broker as brokers
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker
from tiendo_local.servers.mail.smtp_sink import SmtpSink
from tiendo_local.servers.postgres import Postgres
from tiendo_local.workspace import find

ROLE = "tests"  # owns every database of the tests, as a service's role owns its own


class DatabaseFactory(Protocol):
    def __call__(self, name: str = "test", *, template: str | None = None) -> str:
        """URL (`postgresql+asyncpg://…`) of a fresh database; a copy of `template`, a URL of this factory, if given.

        A template must have no open connection.
        """


class TopicFactory(Protocol):
    def __call__(self, name: str = "topic", *, partitions: int = 3) -> str:
        """The unique name of a topic just created."""


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A temporary folder that the account running PostgreSQL can reach, too."""
    folder = Path(tempfile.mkdtemp(prefix="tiendo-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[Postgres]:
    """One PostgreSQL for the session. It does not wait for the disk: a test may kill it, but no power fails."""
    server = Postgres(server_folder / "postgres", options=("fsync=off", "full_page_writes=off"))
    try:
        server.start()
        server.create_role(ROLE)
        yield server
    finally:
        server.stop()


def _databases(server: Postgres) -> Iterator[DatabaseFactory]:
    made: list[str] = []

    def make(name: str = "test", *, template: str | None = None) -> str:
        fresh = f"{name}_{secrets.token_hex(5)}"
        server.create_database(fresh, owner=ROLE, template=urlsplit(template).path[1:] if template else None)
        made.append(fresh)
        return server.url(fresh, role=ROLE, driver="+asyncpg")

    yield make
    for fresh in made:
        server.drop_database(fresh)


@pytest.fixture
def database(postgres: Postgres) -> Iterator[DatabaseFactory]:
    """`database("audit")` makes a fresh database and answers its URL; dropped after the test."""
    yield from _databases(postgres)


@pytest.fixture(scope="session")
def session_database(postgres: Postgres) -> Iterator[DatabaseFactory]:
    """As `database`, dropped at the end of the session: for a migrated template, say."""
    yield from _databases(postgres)


@pytest.fixture(scope="session")
def broker(server_folder: Path) -> Iterator[Broker]:
    """The broker that `tiendo up` would take, for the session: `broker.bootstrap`, `broker.idempotent`."""
    server = brokers.choose(server_folder, find())
    try:
        server.start()
        kafka_topics.create(server.bootstrap, [OPERATIONS], partitions=PARTITIONS)  # every relay says how far it is
        yield server
    finally:
        server.stop()


@pytest.fixture
def topics(broker: Broker) -> Iterator[TopicFactory]:
    """`topics("submissions")` creates a topic of a name used nowhere else; deleted after the test."""
    made: list[str] = []

    def make(name: str = "topic", *, partitions: int = 3) -> str:
        fresh = f"{name}.{secrets.token_hex(5)}"
        kafka_topics.create(broker.bootstrap, [fresh], partitions=partitions)
        made.append(fresh)
        return fresh

    yield make
    if made:
        kafka_topics.delete(broker.bootstrap, made)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """An SMTP server of the test's own: `.port`, `.messages`, `.fail(…)`, `.drop(…)`, `await .arrived(n)`."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def unique() -> Callable[[str], str]:
    """`unique("group")`: a name that no other test uses."""
    return lambda name: f"{name}-{secrets.token_hex(5)}"
