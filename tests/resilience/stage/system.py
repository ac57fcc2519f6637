"""The whole system as separate processes, each of which can be killed, paused or cut off alone.

PostgreSQL, one or three Kafka nodes, the mailbox, and for every service one API and some workers, all on 127.0.0.1, on
free ports, below one folder. Services reach PostgreSQL and Kafka through proxies.
"""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from shared.auth.standing import standing_unit
from shared.catalogue import load
from shared.clock import Clock
from tests.resilience.stage.brokers import Brokers, choose
from tests.resilience.stage.proxy import Network, Proxy
from tests.resilience.stage.supervised import Supervisor
from tiendo_local import services
from tiendo_local.event_keys import EventKeys
from tiendo_local.issuer import Issuer
from tiendo_local.servers import topics
from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.postgres import Postgres, owner_role
from tiendo_local.servers.process import Child
from tiendo_local.services import SERVICES, answers_ok, owner_url_variable, url_variable
from tiendo_local.workspace import Workspace, find

WORKERS = {"submissions": 2, "aggregation": 2, "notifications": 1, "audit": 1}
READY_SECONDS = 90.0
# A mail that a killed sender had claimed goes out again within the time this suite waits at its end.
QUICK_MAIL = {
    "NOTIFICATIONS_RETRY_BASE_SECONDS": "1",
    "NOTIFICATIONS_RETRY_CAP_SECONDS": "5",
    "NOTIFICATIONS_SMTP_TIMEOUT_SECONDS": "4",
    "NOTIFICATIONS_LEASE_SECONDS": "20",
}
STOP = ((signal.SIGCONT, 0.0), (signal.SIGTERM, 30.0), (signal.SIGKILL, 10.0))


class System:
    """`plant` names a planted bug (`mutants.py`) that the workers are started with."""

    offset = 0.0

    def __init__(
        self,
        folder: Path,
        *,
        nodes: int = 1,
        workers: Mapping[str, int] = WORKERS,
        plant: str | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        self.workspace = Workspace(find().root, folder)
        self.workspace.make()
        folder.chmod(0o755)
        self.say = say
        self.plant = plant
        self.workers = dict(workers)
        self.issuer = Issuer(folder / "issuer")
        self._catalogue = load()
        self.event_keys = EventKeys(self.workspace.event_keys)
        self.postgres = Postgres(folder / "postgres", log=self._log("postgres"))
        self.ports = Ports(folder / "ports.json")
        self.brokers: Brokers = choose(folder / "brokers", self.workspace, nodes, self._log)
        self.supervisor = Supervisor()
        self.network = Network()
        self.proxies: dict[str, Proxy] = {}
        self.addresses: dict[str, int] = {}
        self._environment: dict[str, str] = {}
        self._scaling = threading.Lock()

    def token(self, role: str, unit: str) -> str:
        """Of the unit, or of what it became: nobody acts for one that has ended."""
        return self.issuer.token(role, standing_unit(self._catalogue, unit, Clock().today()) or unit)

    @property
    def processes(self) -> Mapping[str, Child]:
        """`postgres`, `broker-1`, `mailbox`, `submissions-api`, `aggregation-worker-2` … to their processes."""
        return self.supervisor.processes

    @property
    def urls(self) -> dict[str, str]:
        """Base URL of each service's API and of the mailbox."""
        return {name: f"http://127.0.0.1:{self.addresses[name]}" for name in (*SERVICES, "mailbox")}

    @property
    def databases(self) -> dict[str, str]:
        """SQLAlchemy URL (asyncpg) of each service's database, past the proxy."""
        return {name: self.postgres.url(name, driver="+asyncpg") for name in SERVICES}

    @property
    def bootstrap(self) -> str:
        """Kafka for this suite, past the proxy."""
        return self.brokers.internal

    def start(self) -> None:
        """Start everything and wait until every process is ready. Raises LocalFault; whatever happens, call `stop`."""
        self.network.start()
        with ThreadPoolExecutor(2) as pool:
            steps = [pool.submit(self._start_databases), pool.submit(self._start_brokers)]
            for step in steps:
                step.result()
        self._start_mailbox()
        for name in SERVICES:
            self._add_service(name)
        self.supervisor.start()
        self.wait_ready()

    def stop(self) -> None:
        """Services at once, then the mailbox, the brokers, the database. May be called again."""
        self.supervisor.stop()
        mine = [child for name, child in self.processes.items() if name.startswith(SERVICES)]
        for name in self.processes:
            self.supervisor.resume(name)
        for proxy in self.proxies.values():
            self.network.call(proxy.resume)
        with ThreadPoolExecutor(32) as pool:
            list(pool.map(lambda child: child.stop(*STOP), mine))
        if "mailbox" in self.processes:
            self.processes["mailbox"].stop(*STOP)
        self.brokers.stop()
        self.postgres.stop()
        self.network.stop()

    def remove(self) -> None:
        """Remove the folder of a stopped system."""
        self.postgres.remove()
        shutil.rmtree(self.workspace.local, ignore_errors=True)

    def kill(self, name: str, *, hold: bool = False) -> None:
        """kill -9; the supervisor starts it again, or `release` does when it is held."""
        self.supervisor.kill(name, hold=hold)

    def release(self, name: str) -> None:
        self.supervisor.release(name)

    def pause(self, name: str) -> None:
        """SIGSTOP, for PostgreSQL with all its backends."""
        self.supervisor.pause(name)

    def resume(self, name: str) -> None:
        self.supervisor.resume(name)

    def restart(self, name: str, seconds: float = 30.0) -> int | None:
        """SIGTERM, as a rolling update does; the exit code, None when it had to be killed after `seconds`."""
        return self.supervisor.terminate(name, seconds)

    def scale(self, service: str, count: int) -> list[int | None]:
        """Start or end workers until there are `count`; the exit codes of those that were ended."""
        with self._scaling:
            codes = []
            while self.workers[service] < count:
                self.workers[service] += 1
                self._add(service, f"{service}-worker-{self.workers[service]}", "worker")
            while self.workers[service] > count:
                name = f"{service}-worker-{self.workers[service]}"
                codes.append(self.supervisor.retire(name, 30.0))
                self.workers[service] -= 1
            return codes

    def ready(self, name: str) -> bool:
        """Whether the service's process `name` answers that it is ready."""
        return self._answers(name, "/readyz")

    def lives(self, name: str) -> bool:
        return self._answers(name, "/healthz")

    def _answers(self, name: str, path: str) -> bool:
        return answers_ok(f"http://127.0.0.1:{self.addresses[self._address(name)]}{path}")

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Until every process runs and is ready. Raises LocalFault with the log's end of the one that is not."""
        for name, child in dict(self.processes).items():
            if name.startswith(SERVICES):
                child.wait_until(lambda name=name: self.ready(name), seconds, "ready")  # type: ignore[misc]

    def _log(self, name: str) -> Path:
        return self.workspace.logs / f"{name}.log"

    def _address(self, name: str) -> str:
        return name.removesuffix("-api")

    def _start_databases(self) -> None:
        self.postgres.start()
        self.supervisor.add("postgres", self.postgres.child, self.postgres.start)
        for name in SERVICES:
            self.postgres.create_service_database(name)
            self._proxy(f"postgres-{name}", self.ports.get(f"postgres-{name}"), lambda: self.postgres.port)
        urls = {url_variable(name): url for name, url in self.databases.items()}
        owner = {name: self.postgres.url(name, role=owner_role(name), driver="+asyncpg") for name in SERVICES}
        urls |= {owner_url_variable(name): url for name, url in owner.items()}
        services.migrate(SERVICES, {**os.environ, **urls}, self._log("migrations"))

    def _start_brokers(self) -> None:
        for node in self.brokers.nodes:
            self._proxy(f"broker-{node.number}", node.proxy, lambda node=node: node.client)  # type: ignore[misc]
        self.brokers.start()
        for node in self.brokers.nodes:
            self.supervisor.add(f"broker-{node.number}", node.child, node.start)
        topics.create_all(self.bootstrap, replicas=self.brokers.replicas)

    def _proxy(self, name: str, port: int, upstream: Callable[[], int]) -> None:
        self.addresses[name] = port
        self.proxies[name] = self.network.proxy(port, upstream)

    def _start_mailbox(self) -> None:
        smtp, page = self.ports.get("smtp"), self.ports.get("mailbox")
        self.addresses |= {"smtp": smtp, "mailbox": page} | {name: self.ports.get(name) for name in SERVICES}
        command = [sys.executable, "-m", "tiendo_local.servers.mail.mailbox", "--folder", str(self.workspace.mailbox)]
        command += ["--smtp-port", str(smtp), "--page-port", str(page)]
        child = self._child("mailbox")
        child.start(command)
        self.supervisor.add("mailbox", child, lambda: child.start(command))
        child.wait_until(lambda: answers(smtp) and answers(page), 30, "listening")

    def _child(self, name: str) -> Child:
        return Child(name, self._log(name), self.workspace.local / "run" / f"{name}.pid.json")

    def _add_service(self, service: str) -> None:
        self._add(service, f"{service}-api", "api")
        for number in range(1, self.workers[service] + 1):
            self._add(service, f"{service}-worker-{number}", "worker")

    def _add(self, service: str, name: str, command: str) -> None:
        environment = self._environment_of(service)
        if command == "worker":
            self.addresses[name] = self.ports.get(name)
            environment[f"{service.upper()}_PORT"] = str(self.addresses[name])
        module: Sequence[str] = (service,)
        if self.plant and command == "worker":
            module = ("tests.resilience.mutants", self.plant, service)
        child = self._child(name)

        def start() -> None:
            child.start([sys.executable, "-m", *module, command], env=environment, cwd=self.workspace.root)

        start()
        self.supervisor.add(name, child, start)

    def _environment_of(self, service: str) -> dict[str, str]:
        """The service's own database only, through its proxy."""
        broker = {
            "KAFKA_BOOTSTRAP_SERVERS": self.brokers.bootstrap,
            "KAFKA_IDEMPOTENT": "true" if self.brokers.idempotent else "false",
            "KAFKA_FETCH_MAX_WAIT_MS": "100" if self.brokers.idempotent else "50",
            "KAFKA_SESSION_TIMEOUT_MS": "6000",  # the shortest: the partitions of a killed worker wait that long
        }
        common = services.common_environment(self.workspace, self.issuer, self.addresses, offset=0, broker=broker)
        for name in SERVICES:
            common.pop(url_variable(name), None)
        url = _at_port(self.databases[service], self.addresses[f"postgres-{service}"])
        keys = self.event_keys.environment(service)
        return {**common, **QUICK_MAIL, **keys, url_variable(service): url}


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))
