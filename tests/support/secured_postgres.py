"""PostgreSQL as docker-compose.yml runs it: the same scripts, the same command and the same access, on a port here."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.postgres import STOP
from tiendo_local.servers.postgres_binaries import DEBIAN, needed_account
from tiendo_local.servers.process import Child

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
START_SECONDS = 60.0


def binaries() -> Path | None:
    """Of a PostgreSQL that has TLS: Debian's newest; the wheel's is built without."""
    found = sorted(DEBIAN.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class SecuredPostgres:
    """Listens on 127.0.0.1:`port`; `folder` must be within reach of the account that runs PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets = folder / "secrets"
        self.scripts = folder / "scripts"  # mounted by compose; a checkout may be closed to that account
        self.child = Child("postgres", folder / "postgres.log", folder / "postgres.pid.json")
        self.port = Ports(folder / "ports.json").get("postgres")
        self._account = needed_account()
        self._environment = {
            **os.environ,
            "PATH": f"{folder / 'bin'}:{binaries()}:{os.environ['PATH']}",
            "SECRETS": str(self.secrets),
            "PRIVATE": str(folder / "private"),
            "BACKUP": str(folder / "backup"),
            "PGHOST": str(folder / "private"),
            "PGPORT": str(self.port),
            "SECRETS_GROUP": str(os.getegid()),
        }

    def start(self) -> None:
        self._make_folders()
        self._run("sh", DEPLOY / "make-secrets.sh", self.secrets)
        self._give(self.secrets)
        password = self.secrets / "postgres"
        self._run("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "scram-sha-256", "--pwfile", password)
        user, group = (self._account.uid, self._account.gid) if self._account else (None, None)
        command = ["sh", str(self.scripts / "start.sh"), *self._command()]
        self.child.start(command, env=self._environment, cwd=self.folder, user=user, group=group)
        self.child.wait_until(lambda: answers(self.port), START_SECONDS, "listening")
        self.create_services("submissions", "audit")

    def stop(self) -> None:
        self.child.stop(*STOP)

    def create_services(self, *names: str) -> None:
        """As compose does on an empty data directory, and whoever has changed a password."""
        self._environment["SERVICES"] = " ".join(names)
        self._run("sh", self.scripts / "init.sh")

    def back_up(self) -> list[Path]:
        """As in compose, from inside its container. Answers the base backups that there are."""
        self._run("sh", self.scripts / "backup.sh")
        return list((self.folder / "backup/base").iterdir())

    def settings(self, service: str) -> dict[str, Any]:
        """How a service of compose reaches it, as fields of its settings."""
        return {
            "database_url": f"postgresql+asyncpg://{service}@localhost:{self.port}/{service}",
            "database_password_file": self.secrets / f"{service}-db",
            "owner_database_url": f"postgresql+asyncpg://{service}_owner@localhost:{self.port}/{service}",
            "owner_database_password_file": self.secrets / f"{service}-owner-db",
            "database_sslmode": "verify-full",
            "database_ca_file": self.secrets / "postgres-ca.pem",
        }

    def _command(self) -> list[str]:
        """What compose tells the image, at places of this machine."""
        told = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["postgres"]["command"]
        places = {
            "/run/tiendo": self._environment["PRIVATE"],
            "/etc/tiendo-postgres": str(self.scripts),
            "/var/backup": self._environment["BACKUP"],
            "${ARCHIVE_MODE:-on}": "on",
        }
        for there, here in places.items():
            told = [word.replace(there, here) for word in told]
        own = [f"-cunix_socket_directories={self._environment['PRIVATE']}", "-clisten_addresses=127.0.0.1"]
        return [*told, "-D", str(self.folder / "data"), "-p", str(self.port), *own]

    def _make_folders(self) -> None:
        for name in ("bin", "private", "data", "backup"):
            (self.folder / name).mkdir(parents=True)
            self._give(self.folder / name)
        shutil.copytree(DEPLOY / "postgres", self.scripts)
        self._give(self.scripts)
        self._give(self.folder)
        entrypoint = self.folder / "bin" / "docker-entrypoint.sh"  # the image's, once there are data
        entrypoint.write_text('#!/bin/sh\nexec "$@"\n')
        entrypoint.chmod(0o755)

    def _give(self, path: Path) -> None:
        """What root made belongs to the account that runs PostgreSQL instead."""
        if self._account:
            for one in (path, *path.rglob("*")):
                shutil.chown(one, self._account.uid, self._account.gid)

    def _run(self, *command: str | Path) -> None:
        """As that account, except what makes secrets. Raises AssertionError with what it said when it fails."""
        own = DEPLOY / "make-secrets.sh" in command or self._account is None
        identity = {} if own or self._account is None else self._account.identity
        done = subprocess.run(
            [str(word) for word in command],
            env=self._environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **identity,
        )
        assert done.returncode == 0, done.stdout + done.stderr + self.child.tail()
