"""Backups of the databases of a running system, made and brought back by PostgreSQL's own tools."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tiendo_local.servers.postgres import Postgres, owner_role
from tiendo_local.servers.postgres_binaries import find_binaries, needed_account
from tiendo_local.services import SERVICES, owner_url_variable
from tiendo_local.system import STOP, System

NOTICED_SECONDS = 60.0


class Backups:
    """Of all four databases, at one moment each, while the system runs."""

    def __init__(self, system: System, folder: Path) -> None:
        self._system = system
        self._postgres: Postgres = system.postgres
        self._tools = find_binaries(needed_account(), self._postgres.data.parent).folder
        self._folder = folder
        folder.mkdir()

    def make(self) -> None:
        for name in SERVICES:
            self._run("pg_dump", "-Fc", "-f", str(self._folder / name), "-d", self._url(name))

    def restore(self, service: str) -> None:
        """As the runbook says: the service stands still, its database is brought back with both its roles, the service
        starts."""
        self._system.services[service].stop(*STOP)
        self._postgres.drop_database(service)
        self._postgres.create_service_database(service)
        role = f"--role={owner_role(service)}"
        self._run("pg_restore", "--no-owner", role, "-d", self._url(service), str(self._folder / service))
        code, said = self.command(service, "migrate")
        assert code == 0, said
        self._system.restart(service)

    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url(service), autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def noticed(self, service: str) -> set[str]:
        """The sides on which it knows to be behind."""
        wait(lambda: bool(self._sides(service)), NOTICED_SECONDS, f"{service} notices")
        return self._sides(service)

    def healed(self, service: str) -> None:
        wait(lambda: not self._sides(service), NOTICED_SECONDS, f"{service} is healed")

    def command(self, service: str, *words: str) -> tuple[int, str]:
        """Exit code and output of a command of the service, beside the service that runs, where the owner's password
        is."""
        done = subprocess.run(
            [sys.executable, "-m", service, *words],
            env={
                **self._system.environments[service],
                owner_url_variable(service): self._system.owner_databases[service],
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr

    def _sides(self, service: str) -> set[str]:
        return {str(side) for (side,) in self.rows(service, "select side from setback")}

    def _url(self, name: str) -> str:
        return self._postgres.url(name, role="postgres")

    def _run(self, tool: str, *arguments: str) -> None:
        subprocess.run([str(self._tools / tool), *arguments], check=True, capture_output=True, timeout=120)


def wait(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)
