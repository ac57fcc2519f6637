"""Backups of the databases of a running system, made and brought back by PostgreSQL's own tools, one by one."""

import subprocess
from pathlib import Path

from tests.e2e.restore.commands import Commands
from tests.e2e.restore.system_databases import SystemDatabases
from tiendo_local.servers.postgres import Postgres
from tiendo_local.servers.postgres_binaries import find_binaries, needed_account
from tiendo_local.services import SERVICES
from tiendo_local.system import STOP, System


class Backups(SystemDatabases):
    """Of all four databases, at one moment each, while the system runs."""

    def __init__(self, system: System, folder: Path, commands: Commands) -> None:
        super().__init__(system, commands)
        self._postgres: Postgres = system.postgres
        self._tools = find_binaries(needed_account(), self._postgres.data.parent).folder
        self._folder = folder
        folder.mkdir()

    def make(self) -> None:
        for name in SERVICES:
            self._run("pg_dump", "-Fc", "-f", str(self._folder / name), "-d", self.url(name))

    def restore(self, service: str) -> None:
        """As the runbook says: the service stands still, its database is brought back with both its roles, the service
        starts."""
        self.system.services[service].stop(*STOP)
        self._postgres.drop_database(service)
        self._postgres.create_service_database(service)
        # With its owners and grants: who serves owns nothing afterwards, either.
        self._run("pg_restore", "--exit-on-error", "-d", self.url(service), str(self._folder / service))
        self.system.restart(service)

    def lose(self, service: str) -> None:
        """No backup has it: a new, empty one takes its place."""
        self.system.services[service].stop(*STOP)
        self._postgres.drop_database(service)
        self._postgres.create_service_database(service)
        assert self.command_as_owner(service, "migrate")[0] == 0
        self.system.restart(service)

    def _run(self, tool: str, *arguments: str) -> None:
        subprocess.run([str(self._tools / tool), *arguments], check=True, capture_output=True, timeout=120)
