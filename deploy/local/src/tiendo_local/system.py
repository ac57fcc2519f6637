"""The whole system on one machine: started concurrently, watched, stopped in order.

Also for tests: `System(Workspace(root, folder))`, `start()`, `services["audit"].kill()`, `restart("audit")`, `stop()`.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from tiendo_local import services
from tiendo_local.console import LocalFault, Say, say
from tiendo_local.event_keys import EventKeys
from tiendo_local.issuer import Issuer
from tiendo_local.servers import broker as brokers
from tiendo_local.servers import topics
from tiendo_local.servers.broker import Broker
from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.postgres import Postgres, owner_role
from tiendo_local.servers.process import Child, end_leftover
from tiendo_local.services import SERVICES
from tiendo_local.workspace import Workspace, write_json

STOP = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 10.0))


class System:
    """Everything below `workspace.local`. `offset` seconds are added to the services' clocks."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        offset: float = 0,
        demonstration: bool = False,
        port_base: int | None = None,
        fixed_ports: bool = True,
        say: Say = say,
    ) -> None:
        """`demonstration`: its data are illustrative, now or from an earlier run on the same folder, and all pages say
        so. `fixed_ports`: the usual 8001-8004, 1025 and 8025 (or `port_base` and on) if free; else any free ones."""
        self.workspace = workspace
        self.offset = offset
        self.say = say
        workspace.make()
        self.demonstration = workspace.remember_demonstration(demonstration)
        self.issuer = Issuer(workspace.local / "issuer")
        self.event_keys = EventKeys(workspace.event_keys)
        self.postgres = Postgres(workspace.local / "postgres", log=workspace.logs / "postgres.log")
        self.broker: Broker = brokers.choose(workspace.local, workspace, log=workspace.logs / "broker.log", say=say)
        self.mailbox = self._child("mailbox")
        self.services = {name: self._child(name) for name in SERVICES}
        self.ports: dict[str, int] = {}
        self.environments: dict[str, dict[str, str]] = {}
        self._base = port_base or int(os.environ.get("TIENDO_PORT_BASE", "8001"))
        self._fixed = fixed_ports
        self._stopping = threading.Event()

    @property
    def urls(self) -> dict[str, str]:
        """Base URL of each service and of the mailbox."""
        return {n: f"http://127.0.0.1:{self.ports[n]}" for n in (*SERVICES, "mailbox")}

    @property
    def databases(self) -> dict[str, str]:
        """SQLAlchemy URL (asyncpg) of each service's database: of the environment, else of the embedded server."""
        return {name: self._database(name) for name in SERVICES}

    @property
    def owner_databases(self) -> dict[str, str]:
        """The same by the roles that own the tables; of those given by the environment as it says."""
        given = {name: os.environ.get(services.owner_url_variable(name), "") for name in SERVICES}
        embedded = [name for name in SERVICES if not os.environ.get(services.url_variable(name))]
        return given | {name: self.postgres.url(name, role=owner_role(name), driver="+asyncpg") for name in embedded}

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def start(self) -> None:
        """Start everything and wait until every service is ready. Raises LocalFault; call `stop` then, too."""
        for child in (self.mailbox, *self.services.values()):
            if child.record is not None and end_leftover(child.record, *STOP):
                self.say(f"Ended {child.name}, left over from a run that was killed.")
        self._choose_ports()
        with ThreadPoolExecutor(8) as pool:
            database = pool.submit(self._start_databases)
            broker = pool.submit(self._start_broker)
            mailbox = pool.submit(self._start_mailbox)
            try:
                _all(database, broker, mailbox)
                self.environments = self._environments()
                for name in SERVICES:
                    self._start_service(name)
                write_json(self.workspace.state, self._state())
                _all(*(pool.submit(self._wait_ready, name) for name in SERVICES))
            except BaseException:
                self.stop()
                raise

    def restart(self, name: str, *, until_ready: bool = True) -> None:
        """Start a service again that was stopped or killed."""
        services.start(self.services[name], self.environments[name])
        if until_ready:
            self._wait_ready(name)

    def dead(self) -> Child | None:
        """A child that ended by itself, or None."""
        servers = [c for c in (self.postgres.child, self.broker.child) if c is not None and c.process is not None]
        return next((c for c in (*self.services.values(), self.mailbox, *servers) if not c.alive), None)

    def stop(self) -> None:
        """Services at once (30 s), then the mailbox, the broker, the database. May be called again."""
        self._stopping.set()
        with ThreadPoolExecutor(len(SERVICES)) as pool:
            list(pool.map(lambda child: child.stop(*STOP), self.services.values()))
        self.mailbox.stop(*STOP)
        self.broker.stop()
        self.postgres.stop()

    def _child(self, name: str) -> Child:
        return Child(name, self.workspace.logs / f"{name}.log", self.workspace.local / "run" / f"{name}.pid.json")

    def _choose_ports(self) -> None:
        ports = Ports(self.workspace.local / "ports.json")
        usual = {name: self._base + n for n, name in enumerate(SERVICES)} | {"smtp": 1025, "mailbox": 8025}
        self.ports = {name: ports.get(name, wish if self._fixed else None) for name, wish in usual.items()}

    def _step(self, act: Callable[[], None]) -> None:
        if self.stopping:
            raise LocalFault("Stopped while starting.")
        act()

    def _start_databases(self) -> None:
        missing = [name for name in SERVICES if not os.environ.get(services.url_variable(name))]
        if missing:
            self._step(self.postgres.start)
        for name in missing:
            self.postgres.create_service_database(name)
        urls = {services.url_variable(name): url for name, url in self.databases.items()}
        urls |= {services.owner_url_variable(name): url for name, url in self.owner_databases.items()}
        log = self.workspace.logs / "migrations.log"
        self._step(lambda: services.migrate(SERVICES, {**os.environ, **urls}, log))

    def _start_broker(self) -> None:
        self._step(self.broker.start)
        topics.create_all(self.broker.bootstrap)

    def _start_mailbox(self) -> None:
        port, page = self.ports["smtp"], self.ports["mailbox"]
        command = [sys.executable, "-m", "tiendo_local.servers.mail.mailbox", "--folder", str(self.workspace.mailbox)]
        command += ["--smtp-port", str(port), "--page-port", str(page), "--spans", str(self.workspace.spans)]
        command += ["--demonstration"] if self.demonstration else []
        self._step(lambda: self.mailbox.start(command))
        self.mailbox.wait_until(lambda: answers(port) and answers(page), 30, "listening")

    def _start_service(self, name: str) -> None:
        self._step(lambda: services.start(self.services[name], self.environments[name]))

    def _wait_ready(self, name: str) -> None:
        services.wait_ready(self.services[name], self.urls[name])

    def _database(self, name: str) -> str:
        given = os.environ.get(services.url_variable(name))
        return given or self.postgres.url(name, driver="+asyncpg")

    def _environments(self) -> dict[str, dict[str, str]]:
        """Each service knows its own database only."""
        broker = brokers.environment(self.broker)
        common = services.common_environment(
            self.workspace,
            self.issuer,
            self.ports,
            offset=self.offset,
            broker=broker,
            demonstration=self.demonstration,
        )
        for name in SERVICES:
            common.pop(services.url_variable(name), None)
            common.pop(services.owner_url_variable(name), None)
        return {
            name: {**common, **self.event_keys.environment(name), services.url_variable(name): url}
            for name, url in self.databases.items()
        }

    def _state(self) -> dict[str, object]:
        """What `tiendo lag` and `tiendo rebuild` need."""
        return {
            "pid": os.getpid(),
            "broker": self.broker.kind,
            "bootstrap": self.broker.bootstrap,
            "trustworthy_end_offsets": self.broker.idempotent,
            "databases": self.databases,
            "owner_databases": self.owner_databases,
            "urls": self.urls,
            "offset": self.offset,
        }


def _all(*steps: "Future[None]") -> None:
    """Wait for all, but no longer than until the first that fails; its error is raised."""
    done, _ = wait(steps, return_when=FIRST_EXCEPTION)
    for step in done:
        step.result()
