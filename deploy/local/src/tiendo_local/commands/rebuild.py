"""`tiendo rebuild`: compute aggregation's state anew and compare, on the system of the last `tiendo up`."""

import os
import subprocess
import sys

from tiendo_local.console import LocalFault
from tiendo_local.event_keys import EventKeys
from tiendo_local.issuer import Issuer
from tiendo_local.lock import is_held
from tiendo_local.services import owner_url_variable, url_variable
from tiendo_local.workspace import Workspace, read_json


def rebuild(workspace: Workspace, *, origin: str, swap: bool) -> int:
    """The exit code of `python -m aggregation replay`. Raises LocalFault when the system does not run here."""
    state = read_json(workspace.state)
    if not state or not is_held(workspace.local):
        raise LocalFault(f"No system runs on {workspace.local}: start it with `tiendo up`, or name its --local.")
    from shared.catalogue import load

    environment = {
        **os.environ,
        "ENVIRONMENT": "local",
        "TIENDO_CLOCK_OFFSET_SECONDS": str(state.get("offset", 0)),
        url_variable("aggregation"): state["databases"]["aggregation"],
        owner_url_variable("aggregation"): state["owner_databases"]["aggregation"],
        "KAFKA_BOOTSTRAP_SERVERS": state["bootstrap"],
        **EventKeys(workspace.event_keys).environment("aggregation"),
        "AUDIT_URL": state["urls"]["audit"],
        "AUDIT_TOKEN": Issuer(workspace.local / "issuer").token("auditor", load().plan.root),
    }
    command = [sys.executable, "-m", "aggregation", "replay", f"--from-{origin}", "--by", "tiendo rebuild"]
    return subprocess.run([*command, *(["--swap"] if swap else [])], env=environment, check=False).returncode
