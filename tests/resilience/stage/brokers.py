"""Which brokers a system has: Apache Kafka on one or three nodes, or Tansu where Java is missing or not wanted."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from tests.resilience.stage.cluster import Cluster
from tiendo_local.servers.kafka import java
from tiendo_local.servers.ports import Ports
from tiendo_local.servers.process import Child
from tiendo_local.servers.tansu import Tansu
from tiendo_local.workspace import Workspace

Log = Callable[[str], Path]


class Broker(Protocol):
    """One process. It listens on `client`; clients are told to come to `proxy`."""

    number: int
    child: Child
    proxy: int

    @property
    def client(self) -> int: ...

    def start(self) -> None: ...


class Brokers(Protocol):
    """Clients use `bootstrap`, this suite's administration `internal`."""

    kind: str
    idempotent: bool
    replicas: int

    @property
    def nodes(self) -> Sequence[Broker]: ...

    @property
    def bootstrap(self) -> str: ...

    @property
    def internal(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class TansuNode:
    number = 1

    def __init__(self, folder: Path, log: Path) -> None:
        self.proxy = Ports(folder / "proxies.json").get("proxy")
        self._tansu = Tansu(folder, log=log, advertised=self.proxy, say=lambda _: None)
        self.child = self._tansu.child

    @property
    def client(self) -> int:
        return self._tansu.port

    def start(self) -> None:
        self._tansu.start()


class InMemory:
    """Tansu: one node that keeps nothing. It has one address, so this suite comes through the proxy, too."""

    kind = "tansu"
    idempotent = False
    replicas = 1

    def __init__(self, folder: Path, log: Log) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.nodes = [TansuNode(folder, log("broker-1"))]

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.nodes[0].proxy}"

    @property
    def internal(self) -> str:
        return self.bootstrap

    def start(self) -> None:
        self.nodes[0].start()

    def stop(self) -> None:
        self.nodes[0].child.kill()


def wants_tansu() -> bool:
    return os.environ.get("TIENDO_BROKER") == "tansu" or java() is None


def choose(folder: Path, workspace: Workspace, nodes: int, log: Log) -> Brokers:
    if wants_tansu():
        return InMemory(folder, log)
    return Cluster(folder, workspace, nodes, log)
