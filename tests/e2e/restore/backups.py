"""Backups of the databases of a running system, made and brought back by PostgreSQL's own tools."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.e2e.restore.commands import Commands
from tiendo_local.servers.postgres import Postgres
from tiendo_local.servers.postgres_binaries import find_binaries, needed_account
from tiendo_local.services import SERVICES, owner_url_variable
from tiendo_local.system import STOP, System

NOTICED_SECONDS = 60.0


class Backups:
    """Of all four databases, at one moment each, while the system runs."""

    def __init__(self, system: System, folder: Path, commands: Commands) -> None:
        self._system = system
        self._commands = commands
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
        # With its owners and grants: who serves owns nothing afterwards, either.
        self._run("pg_restore", "--exit-on-error", "-d", self._url(service), str(self._folder / service))
        self._system.restart(service)

    def lose(self, service: str) -> None:
        """No backup has it: a new, empty one takes its place."""
        self._system.services[service].stop(*STOP)
        self._postgres.drop_database(service)
        self._postgres.create_service_database(service)
        assert self.command_as_owner(service, "migrate")[0] == 0
        self._system.restart(service)

    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url(service), autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def noticed(self, service: str, side: str) -> None:
        wait(lambda: side in self._sides(service), NOTICED_SECONDS, f"{service} notices: {side}")

    def healed(self, service: str) -> None:
        wait(lambda: not self._sides(service), NOTICED_SECONDS, f"{service} is healed")

    def command_as_owner(self, service: str, *words: str, **told: str) -> tuple[int, str]:
        """As in the container that migrates, which alone has the owner's password."""
        owner = {owner_url_variable(service): self._system.owner_databases[service]}
        return self.command(service, *words, **told, **owner)

    def command(self, service: str, *words: str, **told: str) -> tuple[int, str]:
        """Exit code and output of a command of the service, beside the service that runs."""
        return self._commands.run(service, words, {**self._system.environments[service], **told})

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
