"""Apache Kafka on one or three nodes (combined broker and controller) whose clients come through a proxy.

Each node listens three times: for clients, who are told the proxy's port; for the other brokers and this suite's own
administration; and for the controllers. Only the first goes through the proxy.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tiendo_local.servers import kafka
from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.process import Child
from tiendo_local.workspace import Workspace

HEAP = "512m"

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
listeners=CLIENT://127.0.0.1:{client},INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENT://127.0.0.1:{proxy},INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=INTERNAL
controller.listener.names=CONTROLLER
controller.quorum.voters={voters}
log.dirs={data}
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
num.partitions=12
default.replication.factor={replicas}
min.insync.replicas={in_sync}
num.network.threads=2
num.io.threads=4
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=8
offsets.topic.replication.factor={replicas}
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
"""


class Node:
    """One node. `start` waits until it listens; data survive a kill."""

    def __init__(self, number: int, folder: Path, log: Path) -> None:
        self.number = number
        self.folder = folder
        self.data = folder / "data"
        self.child = Child(f"broker-{number}", log, folder / "broker.pid.json")
        self.command: list[str | Path] = []
        ports = Ports(folder.parent / "ports.json")
        self.client, self.internal, self.controller, self.proxy = (
            ports.get(f"{what}-{number}") for what in ("client", "internal", "controller", "proxy")
        )

    def prepare(self, workspace: Workspace, cluster: str, **facts: object) -> None:
        """Write its configuration and format its storage."""
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        ports = {n: getattr(self, n) for n in ("client", "internal", "controller", "proxy")}
        properties.write_text(PROPERTIES.format(node=self.number, data=self.data, **ports, **facts), encoding="utf-8")
        java = kafka.command(workspace, self.folder, heap=HEAP)
        kafka.format_storage(java, properties, self.data, cluster)
        # The quick compiler alone: a node that was killed is back sooner, and these nodes do not live long.
        self.command = [*java, "-XX:TieredStopAtLevel=1", "kafka.Kafka", properties]

    def start(self) -> None:
        self.child.start(self.command, env=kafka.environment())
        self.child.wait_until(lambda: answers(self.client), kafka.START_SECONDS, "listening")


class Cluster:
    """`count` nodes below `folder`. Clients use `bootstrap`, this suite's administration `internal`."""

    kind = "kafka"
    idempotent = True

    def __init__(self, folder: Path, workspace: Workspace, count: int, log: Callable[[str], Path]) -> None:
        self.workspace = workspace
        self.replicas = min(count, 3)
        self.in_sync = 2 if count > 1 else 1
        folder.mkdir(parents=True, exist_ok=True)
        self.nodes = [Node(n, folder / f"node-{n}", log(f"broker-{n}")) for n in range(1, count + 1)]

    @property
    def bootstrap(self) -> str:
        return ",".join(f"127.0.0.1:{node.proxy}" for node in self.nodes)

    @property
    def internal(self) -> str:
        return ",".join(f"127.0.0.1:{node.internal}" for node in self.nodes)

    def start(self) -> None:
        """All nodes at once: a controller alone has no majority."""
        cluster = kafka.new_cluster_id()
        voters = ",".join(f"{node.number}@127.0.0.1:{node.controller}" for node in self.nodes)
        facts = {"voters": voters, "replicas": self.replicas, "in_sync": self.in_sync}
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(lambda node: node.prepare(self.workspace, cluster, **facts), self.nodes))
            list(pool.map(Node.start, self.nodes))

    def stop(self) -> None:
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(lambda node: node.child.stop(*kafka.STOP), self.nodes))
