"""`tiendo rewind`, `reconcile` and `erase`: what is done about a database, on the system of the last `tiendo up`."""

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Sequence

from tiendo_local.commands.rebuild import rebuild
from tiendo_local.console import LocalFault
from tiendo_local.event_keys import EventKeys
from tiendo_local.services import owner_url_variable, url_variable
from tiendo_local.workspace import Workspace, read_json


def run(workspace: Workspace, given: Namespace) -> int:
    """The exit code of what the command runs; of `reconcile`, which looks at reports and at facts, the worse one."""
    if given.command == "rebuild":
        return rebuild(workspace, origin=given.origin, swap=given.swap)
    if given.command == "erase":
        return _run(workspace, given.service, ["erase", *given.words], by_kafka=False)
    options = ["--apply"] if given.apply else []
    if given.command == "rewind":
        options += ["--accept-loss"] if given.accept_loss else []
        options += ["--publish-beside-lost"] if given.publish_beside_lost else []
        return _run(workspace, given.service, ["rewind", *options])
    code = _run(workspace, "submissions", ["reconcile", *options])
    return max(code, rebuild(workspace, origin="log", swap=given.apply))


def _run(workspace: Workspace, service: str, words: Sequence[str], *, by_kafka: bool = True) -> int:
    """Raises LocalFault when the system was never started here, or where Kafka is asked on one that keeps nothing."""
    state = read_json(workspace.state)
    if not state:
        raise LocalFault(f"{workspace.state} is not there: start the system with `tiendo up` first.")
    if by_kafka and not state["trustworthy_end_offsets"]:
        raise LocalFault("This broker keeps nothing after a stop: there is nothing to compare with.")
    environment = {
        **os.environ,
        "ENVIRONMENT": "local",
        "TIENDO_CLOCK_OFFSET_SECONDS": str(state.get("offset", 0)),
        url_variable(service): state["databases"][service],
        owner_url_variable(service): state["owner_databases"][service],
        "KAFKA_BOOTSTRAP_SERVERS": state["bootstrap"],
        **EventKeys(workspace.event_keys).environment(service),
    }
    return subprocess.run([sys.executable, "-m", service, *words], env=environment, check=False).returncode
