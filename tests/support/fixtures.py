"""Fixtures for every test of the project: a real PostgreSQL, a real broker, an SMTP server that can fail.

PostgreSQL and the broker are one for the whole run, however many workers (`pytest -n`) it has: the first test that asks
for one starts it, in a temporary folder, and the run ends it by its own id. Databases, topics and groups have names of
their own, so no test sees another's. A test that harms a server starts one for itself.
"""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import structlog
from psycopg import sql

from shared.catalogue import Catalogue, load
from shared.database.migration import migrate
from shared.events.topics import OPERATIONS, PARTITIONS
from tests.support.databases import OWNER, SERVING, DatabaseFactory, Databases, serving_url
from tests.support.once import once
from tests.support.run_folder import RUN_FOLDER
from tiendo_local.issuer import Issuer
from tiendo_local.servers import broker as brokers
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker, Given
from tiendo_local.servers.mail.smtp_sink import SmtpSink
from tiendo_local.servers.postgres import Postgres
from tiendo_local.workspace import find

# Much as structlog does unless told otherwise, but no traceback shows every variable: that takes half a second each.
structlog.configure(
    [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


class TopicFactory(Protocol):
    def __call__(self, name: str = "topic", *, partitions: int = 3) -> str:
        """The unique name of a topic just created."""


@pytest.fixture(scope="session")
def outside() -> None:
    """Asked for by a test that itself starts a process or opens a port: see tests/support/selection.py."""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The packaged plan."""
    return load()


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Who signs the tokens of the tests: `issuer.token("leader", "DAK_NONG")`."""
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
def run_folder(request: pytest.FixtureRequest) -> Path:
    """What the workers of this run share; removed at its end."""
    return request.config.stash[RUN_FOLDER]


@pytest.fixture(scope="session")
def server_folder(run_folder: Path) -> Path:
    """For servers of a test's own: the account that runs PostgreSQL can reach it, no other worker uses it."""
    folder = run_folder / "own" / secrets.token_hex(5)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def postgres(run_folder: Path) -> Postgres:
    """The PostgreSQL of the run. It waits for no disk and cleans nothing up: no test kills it, its life is short."""
    options = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "max_wal_size=2GB")
    server = Postgres(run_folder / "postgres", options=options)

    def start() -> dict[str, Any]:
        server.start()
        password = secrets.token_urlsafe(24)
        server.create_role(OWNER, password)
        server.create_role(SERVING, password)
        return {"port": server.port}

    server.port = once(run_folder, "postgres", start)["port"]
    return server


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Databases:
    return Databases(postgres)


@pytest.fixture
def database(databases: Databases) -> Iterator[DatabaseFactory]:
    """`database("audit")` makes a fresh database and answers its URL; gone after the test."""
    with databases.lent() as factory:
        yield factory


@pytest.fixture(scope="session")
def session_database(databases: Databases) -> Iterator[DatabaseFactory]:
    """As `database`, gone at the end of the session."""
    with databases.lent() as factory:
        yield factory


@pytest.fixture(scope="session")
def template(run_folder: Path, postgres: Postgres) -> Callable[[str, Callable[[str], None]], str]:
    """`template("audit", fill)`: URL of a database that `fill` has filled, once in a run; to be copied only.

    For `database(name, template=…)`: nobody can connect to it.
    """

    def made(what: str, fill: Callable[[str], None]) -> str:
        name = f"{what}_template"

        def make() -> dict[str, Any]:
            postgres.create_database(name, owner=OWNER, serving=SERVING)
            url = postgres.url(name, role=OWNER, driver="+asyncpg")
            fill(url)
            with postgres.admin() as connection:  # a copy can only be made while nobody is connected
                connection.execute(sql.SQL("alter database {} allow_connections false").format(sql.Identifier(name)))
            return {"url": url}

        return str(once(run_folder, name, make)["url"])

    return made


@pytest.fixture(scope="session")
def migrated(template: Callable[[str, Callable[[str], None]], str]) -> Callable[[str], str]:
    """`migrated("audit")`: a template with the newest schema of that service, for the role that serves."""
    return lambda service: serving_url(template(service, lambda url: migrate(url, service, serving=SERVING)))


@pytest.fixture(scope="session")
def broker(run_folder: Path) -> Broker:
    """The broker that `tiendo up` would take, for the run: `broker.bootstrap`, `broker.idempotent`."""

    def start() -> dict[str, Any]:
        server = brokers.choose(run_folder, find())
        server.start()
        kafka_topics.create(server.bootstrap, [OPERATIONS], partitions=PARTITIONS)  # every relay says how far it is
        return {"bootstrap": server.bootstrap, "idempotent": server.idempotent}

    started = once(run_folder, "broker", start)
    return Given(started["bootstrap"], idempotent=started["idempotent"])


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
def smtp_sink(outside: None) -> Iterator[SmtpSink]:
    """An SMTP server of the test's own: `.port`, `.messages`, `.fail(…)`, `.drop(…)`, `await .arrived(n)`."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def unique() -> Callable[[str], str]:
    """`unique("group")`: a name that no other test uses."""
    return lambda name: f"{name}-{secrets.token_hex(5)}"
