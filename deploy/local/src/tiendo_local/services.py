"""The four services as processes of this machine: their addresses, their environment, their commands."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from tiendo_local.console import LocalFault
from tiendo_local.issuer import Issuer
from tiendo_local.servers.process import Child
from tiendo_local.workspace import Workspace

SERVICES = ("submissions", "aggregation", "notifications", "audit")
READY_SECONDS = 90.0


def url_variable(service: str) -> str:
    return f"{service.upper()}_DATABASE_URL"


def owner_url_variable(service: str) -> str:
    return f"{service.upper()}_OWNER_DATABASE_URL"


def common_environment(
    workspace: Workspace,
    issuer: Issuer,
    ports: Mapping[str, int],
    *,
    offset: float,
    broker: Mapping[str, str],
    demonstration: bool = False,
) -> dict[str, str]:
    """What all services get. What the caller's own environment says wins, except `ENVIRONMENT`, which shells often use
    for something else, and the addresses chosen here."""
    chosen = {
        "TIENDO_SPANS_DIR": str(workspace.spans),
        "TIENDO_CLOCK_OFFSET_SECONDS": str(offset),
        "TIENDO_BUILD": build(workspace.root),
        "LOCAL_ISSUER_KEY_FILE": str(issuer.key_file),
        "SMTP_URL": f"smtp://127.0.0.1:{ports['smtp']}",
        "TRACE_URL": f"http://127.0.0.1:{ports['mailbox']}/trace/{{trace_id}}",
        "PYTHONUNBUFFERED": "1",
        **broker,
    }
    if not os.environ.get("JWKS_URL"):
        chosen["JWKS_FILE"] = str(issuer.jwks_file)
    environment = {**chosen, **os.environ}
    environment.update(broker)
    environment["ENVIRONMENT"] = "local"
    environment["TIENDO_CLOCK_OFFSET_SECONDS"] = str(offset)
    environment["TIENDO_DEMONSTRATION"] = str(demonstration).lower()
    environment["MAILBOX_URL"] = f"http://127.0.0.1:{ports['mailbox']}"
    for service in SERVICES:
        environment[f"{service.upper()}_HOST"] = "127.0.0.1"
        environment[f"{service.upper()}_PORT"] = str(ports[service])
        environment[f"{service.upper()}_URL"] = f"http://127.0.0.1:{ports[service]}"
    return environment


def migrate(names: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """Bring the services' databases to their newest form. Raises LocalFault with the end of what was said."""
    with log.open("ab") as output:
        done = subprocess.run(
            [sys.executable, "-m", "tiendo_local.migrations", *names],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            check=False,
            timeout=180,
            start_new_session=True,
        )
    if done.returncode != 0:
        tail = Child("migrations", log).tail()
        raise LocalFault(f"Migrations ended with {done.returncode}. Their log ends:\n{tail}")


def start(child: Child, environment: Mapping[str, str]) -> None:
    child.start([sys.executable, "-m", child.name, "serve"], env=environment)


def wait_ready(child: Child, url: str) -> None:
    """Until `/readyz` answers 200. Raises LocalFault."""
    child.wait_until(lambda: answers_ok(url + "/readyz"), READY_SECONDS, "ready")


def answers_ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def build(root: Path) -> str:
    """The checkout's commit, short; `dev` outside git."""
    command = ["git", "-C", str(root), "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)
    except OSError:
        return "dev"
    return done.stdout.strip() or "dev"
