"""The databases of a running system: what stands in them, and the commands that heal them."""

import time
from collections.abc import Callable
from typing import Any

import psycopg

from tests.e2e.restore.commands import Commands
from tiendo_local.services import owner_url_variable
from tiendo_local.system import System

NOTICED_SECONDS = 60.0


class SystemDatabases:
    def __init__(self, system: System, commands: Commands) -> None:
        self.system = system
        self._commands = commands

    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url(service), autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def noticed(self, service: str, side: str) -> None:
        wait(lambda: side in self._sides(service), NOTICED_SECONDS, f"{service} notices: {side}")

    def healed(self, service: str) -> None:
        wait(lambda: not self._sides(service), NOTICED_SECONDS, f"{service} is healed")

    def command_as_owner(self, service: str, *words: str, **told: str) -> tuple[int, str]:
        """As in the container that migrates, which alone has the owner's password."""
        owner = {owner_url_variable(service): self.system.owner_databases[service]}
        return self.command(service, *words, **told, **owner)

    def command(self, service: str, *words: str, **told: str) -> tuple[int, str]:
        """Exit code and output of a command of the service, beside the service that runs."""
        return self._commands.run(service, words, {**self.system.environments[service], **told})

    def _sides(self, service: str) -> set[str]:
        return {str(side) for (side,) in self.rows(service, "select side from setback")}

    def url(self, name: str) -> str:
        return self.system.postgres.url(name, role="postgres")


def wait(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)
