"""Which Kafka-protocol broker this machine runs: one given by address, Apache Kafka, or Tansu."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from tiendo_local.console import LocalFault, Say, say
from tiendo_local.servers.kafka import Kafka, java
from tiendo_local.servers.process import Child
from tiendo_local.servers.tansu import Tansu
from tiendo_local.workspace import Workspace


class Broker(Protocol):
    """A broker that clients reach at `bootstrap` once it is started."""

    kind: str
    idempotent: bool

    @property
    def bootstrap(self) -> str: ...

    @property
    def child(self) -> Child | None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...


class Given:
    """A broker that somebody else runs, named by KAFKA_BOOTSTRAP_SERVERS: nothing to start or stop."""

    kind = "given"
    child = None

    def __init__(self, bootstrap: str, *, idempotent: bool = True) -> None:
        self.bootstrap = bootstrap
        self.idempotent = idempotent

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...


def choose(folder: Path, workspace: Workspace, *, log: Path | None = None, say: Say = say) -> Broker:
    """The broker to run below `folder`; says which one was taken and why.

    TIENDO_BROKER=kafka or =tansu overrides. Raises LocalFault for any other value of it.
    """
    wish = os.environ.get("TIENDO_BROKER", "")
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
    if wish not in ("", "kafka", "tansu"):
        raise LocalFault(f"TIENDO_BROKER is `{wish}`; it can be `kafka` or `tansu`, or be left out.")
    if given and not wish:
        say(f"Broker: {given}, given by KAFKA_BOOTSTRAP_SERVERS.")
        return Given(given, idempotent=os.environ.get("KAFKA_IDEMPOTENT", "true").lower() not in ("false", "0"))
    missing = _missing_for_kafka()
    if wish == "kafka" or (not wish and missing is None):
        why = "TIENDO_BROKER says so" if wish else "Java and its jars are to be had"
        say(f"Broker: Apache Kafka, since {why}.")
        return Kafka(folder / "kafka", workspace, log=log, say=say)
    say(f"Broker: Tansu, since {'TIENDO_BROKER says so' if wish else missing}.")
    return Tansu(folder / "tansu", log=log, say=say)


def environment(broker: Broker) -> Mapping[str, str]:
    """What a service must know of the broker."""
    return {
        "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap,
        "KAFKA_IDEMPOTENT": "true" if broker.idempotent else "false",
        # Tansu answers no sooner, whatever has come meanwhile.
        "KAFKA_FETCH_MAX_WAIT_MS": "500" if broker.idempotent else "50",
        # Tansu lets a group join after half of its session timeout (measured: 45 s → 23 s, 10 s → 5 s).
        "KAFKA_SESSION_TIMEOUT_MS": "45000" if broker.idempotent else "6000",
    }


def _missing_for_kafka() -> str | None:
    """Why Apache Kafka cannot run here, or None."""
    if java() is None:
        return "there is no Java 17 or newer"
    if not os.environ.get("KAFKA_HOME") and shutil.which("mvn") is None:
        return "there is Java but neither KAFKA_HOME nor `mvn`"
    return None
