"""Apache Kafka on this machine: one KRaft node, its jars resolved once by Maven.

Listens on 127.0.0.1 only, keeps its data between runs.
"""

import os
import re
import shutil
import signal
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from tiendo_local.console import LocalFault, Say, say
from tiendo_local.lock import locked
from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.process import Child, end_leftover
from tiendo_local.workspace import Workspace

STOP = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 10.0))
START_SECONDS = 90.0
# As in docker-compose.yml. In its first minutes a broker would spend far more on compiling itself than on records.
JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
POM = {"m": "http://maven.apache.org/POM/4.0.0"}

PROPERTIES = """\
# Written by `tiendo up` at every start.
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={data}
# After a kill the node waits for its own old session to end before it serves again.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
# The metadata log of a node alone need not say twice a second that it is there.
metadata.max.idle.interval.ms=10000
auto.create.topics.enable=false
num.partitions=12
default.replication.factor=1
min.insync.replicas=1
num.network.threads=2
num.io.threads=4
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=8
offsets.topic.replication.factor=1
# At least the retention of the topics: a consumer that was away for less finds its place.
offsets.retention.minutes=20160
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""

LOG4J = """\
<Configuration status="ERROR">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %c{1}: %m%n"/></Console></Appenders>
  <Loggers><Root level="${sys:tiendo.level:-WARN}"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
"""


def java() -> Path | None:
    """A Java of version 17 or newer: of JAVA_HOME, else of the path."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    return Path(found) if found and java_major(found) >= 17 else None


@cache
def java_major(binary: str) -> int:
    """17 for `openjdk version "17.0.15"`, 8 for `"1.8.0_392"`, 0 when it does not tell."""
    try:
        done = subprocess.run([binary, "-version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(found.group(1)) if found else 0


def pinned_version(pom: Path) -> str:
    """The Kafka version that the POM names."""
    root = ElementTree.parse(pom).getroot()  # noqa: S314  # a file of this repository
    found = root.findtext("m:properties/m:kafka.version", namespaces=POM)
    if not found:
        raise LocalFault(f"{pom} names no kafka.version.")
    return found.strip()


def jars(workspace: Workspace, say: Say = say) -> Path:
    """The folder with Kafka's jars: of KAFKA_HOME, else resolved once by Maven below `.local/kafka`."""
    home = os.environ.get("KAFKA_HOME")
    if home:
        if not list((Path(home) / "libs").glob("kafka_*.jar")):
            raise LocalFault(f"KAFKA_HOME={home} has no libs/kafka_*.jar. Correct it or unset it.")
        return Path(home) / "libs"
    pom = workspace.kafka_pom
    version = pinned_version(pom)
    folder = workspace.kafka_jars / version / "jars"
    wanted = pom.read_text(encoding="utf-8")
    if not is_complete(folder, wanted):
        with locked(workspace.kafka_jars / "lock"):  # one brings them, whoever else needs them waits
            if not is_complete(folder, wanted):
                say(f"Bringing Apache Kafka {version} by Maven, once…")
                bring(pom, folder)
    return folder


def is_complete(folder: Path, wanted: str) -> bool:
    marker = folder / ".complete"
    return marker.exists() and marker.read_text(encoding="utf-8") == wanted


def bring(pom: Path, folder: Path) -> None:
    """The jars of `pom` as a new `folder`, whole or not at all. Raises LocalFault with what Maven said."""
    maven = shutil.which("mvn")
    if maven is None:
        raise LocalFault("Apache Kafka's jars are not here yet, and `mvn` is not on the path to bring them.")
    partial = folder.with_name(f"jars.{os.getpid()}")  # a Maven that outlives us writes where nobody looks
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={partial}", "-DincludeScope=runtime"]
    done = subprocess.run(
        [maven, "-q", "-B", "-f", str(pom), *goal],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        raise LocalFault(f"Maven could not bring Apache Kafka:\n{(done.stdout + done.stderr)[-2000:]}")
    (partial / ".complete").write_text(pom.read_text(encoding="utf-8"), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


class Kafka:
    """One Kafka node below `folder`. Data survive `stop`, and a kill."""

    kind = "kafka"
    idempotent = True

    def __init__(self, folder: Path, workspace: Workspace, *, log: Path | None = None, say: Say = say) -> None:
        self.folder = folder
        self.workspace = workspace
        self.say = say
        self.data = folder / "data"
        self.child = Child("kafka", log or folder / "kafka.log", folder / "kafka.pid.json")
        self.port = 0
        self._ports = Ports(folder / "ports.json")

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Format the storage if it is new, start the node and wait until it listens (at most 90 s)."""
        java_command = command(self.workspace, self.folder, say=self.say)
        end_leftover(self.folder / "kafka.pid.json", *STOP)
        self.port = self._ports.get("kafka")
        properties = self.folder / "server.properties"
        controller_port = self._ports.get("controller")
        text = PROPERTIES.format(port=self.port, controller_port=controller_port, data=self.data)
        properties.write_text(text, encoding="utf-8")
        if not (self.data / "meta.properties").exists():
            format_storage(java_command, properties, self.data, new_cluster_id(), "--standalone")
        self.child.start([*java_command, "kafka.Kafka", properties], env=environment())
        self.child.wait_until(lambda: answers(self.port), START_SECONDS, "listening")

    def stop(self) -> None:
        self.child.stop(*STOP)

    def kill(self) -> None:
        self.child.kill()


def command(workspace: Workspace, folder: Path, *, heap: str = "512m", say: Say = say) -> list[str | Path]:
    """Java with Kafka's jars on its class path, its logging set up in `folder`. Raises LocalFault without Java 17."""
    binary = java()
    if binary is None:
        raise LocalFault("Apache Kafka needs Java 17 or newer (JAVA_HOME, or `java` on the path).")
    libraries = jars(workspace, say)
    folder.mkdir(parents=True, exist_ok=True)
    logging = folder / "log4j2.xml"
    logging.write_text(LOG4J, encoding="utf-8")
    return [
        binary,
        "-Xms128m",
        f"-Xmx{heap}",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
        *os.environ.get("KAFKA_JVM_PERFORMANCE_OPTS", JVM).split(),  # as Kafka's own scripts name it
        f"-Dlog4j2.configurationFile={logging}",
        "-cp",
        f"{libraries}/*",
    ]


def new_cluster_id() -> str:
    return urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def format_storage(java_command: list[str | Path], properties: Path, data: Path, cluster: str, *options: str) -> None:
    """A new, empty storage in `data` for a node of `cluster`. `options`: `--standalone` for a quorum of its own."""
    shutil.rmtree(data, ignore_errors=True)
    tool = ["kafka.tools.StorageTool", "format", *options, f"--cluster-id={cluster}", "-c", str(properties)]
    done = subprocess.run(
        [*map(str, java_command), "-XX:TieredStopAtLevel=1", *tool],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment(),
        start_new_session=True,
    )
    if done.returncode != 0:
        raise LocalFault(f"Kafka could not format {data}:\n{(done.stdout + done.stderr)[-2000:]}")


def environment() -> Mapping[str, str]:
    """Ours without options for other programs' JVMs."""
    return {k: v for k, v in os.environ.items() if k not in ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH")}
