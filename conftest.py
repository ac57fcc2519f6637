"""Fixtures for every test of the project: a real PostgreSQL, a real broker, an SMTP server that can fail.

PostgreSQL and the broker are one for the whole run, however many workers (`pytest -n`) it has: the first test that asks
for one starts it, in a temporary folder, and the run ends it by its own id. Databases, topics and groups have names of
their own, so no test sees another's. A test that harms a server starts one for itself.
"""

import gc
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Protocol

import hypothesis
import pytest
import structlog
from psycopg import sql

from shared.catalogue import Catalogue, load
from shared.database.migration import migrate
from shared.events.topics import OPERATIONS, PARTITIONS
from tests.support import selection
from tests.support.databases import ROLE, DatabaseFactory, Databases
from tests.support.once import RUN_FOLDER, once
from tiendo_local.issuer import Issuer
from tiendo_local.servers import broker as brokers
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker, Given
from tiendo_local.servers.mail.smtp_sink import SmtpSink
from tiendo_local.servers.postgres import Postgres
from tiendo_local.servers.process import end_leftover
from tiendo_local.workspace import find

# How long an example takes says more about what else the machine does than about the rule under test.
hypothesis.settings.register_profile("tiendo", deadline=None)
hypothesis.settings.load_profile("tiendo")
# Much as structlog does unless told otherwise, but no traceback shows every variable: that takes half a second each.
structlog.configure(
    [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)
# A broker of the tests does not live long enough for the second compiler to pay.
os.environ.setdefault("KAFKA_JVM_PERFORMANCE_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
# SIGQUIT is PostgreSQL's immediate end: SIGKILL would leave its shared memory behind.
STOP = {"postgres": signal.SIGQUIT}
ROOM = 6 * 2**30  # bytes


class TopicFactory(Protocol):
    def __call__(self, name: str = "topic", *, partitions: int = 3) -> str:
        """The unique name of a topic just created."""


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    if given is None:
        folder = Path(tempfile.mkdtemp(prefix="tiendo-test-", dir=in_memory()))
        folder.chmod(0o755)  # the account that runs PostgreSQL gets there, too
    config.stash[RUN_FOLDER] = folder if given is None else Path(given["run_folder"])


def in_memory() -> Path | None:
    """Where files are memory, if there is room: the databases of tests are thousands of files that come and go."""
    place = Path("/dev/shm")
    try:
        found = os.statvfs(place)
    except (AttributeError, OSError):
        return None
    roomy = found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC
    return place if roomy and os.access(place, os.W_OK) else None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker of pytest-xdist is about to start."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers of the run, whichever worker started them. Nothing of theirs is kept: they need not tidy up."""
    if hasattr(config, "workerinput"):
        return
    folder = config.stash[RUN_FOLDER]
    for record in folder.rglob("*.pid.json"):
        end_leftover(record, (STOP.get(record.name.split(".")[0], signal.SIGKILL), 10.0))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    selection.mark(items)
    if hasattr(config, "workerinput"):
        selection.order_for_workers(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with selection.guard(item):
        return (yield)


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


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
    options = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "max_wal_size=8GB")
    server = Postgres(run_folder / "postgres", options=options)

    def start() -> dict[str, Any]:
        server.start()
        server.create_role(ROLE)
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
            postgres.create_database(name, owner=ROLE)
            url = postgres.url(name, role=ROLE, driver="+asyncpg")
            fill(url)
            with postgres.admin() as connection:  # a copy can only be made while nobody is connected
                connection.execute(sql.SQL("alter database {} allow_connections false").format(sql.Identifier(name)))
            return {"url": url}

        return str(once(run_folder, name, make)["url"])

    return made


@pytest.fixture(scope="session")
def migrated(template: Callable[[str, Callable[[str], None]], str]) -> Callable[[str], str]:
    """`migrated("audit")`: a template with the newest schema of that service."""
    return lambda service: template(service, lambda url: migrate(url, service))


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
