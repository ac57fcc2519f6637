"""The command on a database that has words in it."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from shared.erasure.erase import erase_from
from tests.deploy.database.erasing.rows import Connection, metadata_of
from tests.support.databases import owner_url

FOR_THE_RECORD = ["--request", "12/2026-BVDL", "--reason", "person-asked"]


@dataclass(frozen=True)
class Erasing:
    """A service's database with a row of each table, and the command on it."""

    service: str
    url: str
    connection: Connection
    ids: dict[str, str]

    def run(self, *words: str, **settings: Any) -> int:
        name = f"{self.service.capitalize()}Settings"
        kind = getattr(import_module(f"{self.service}.settings"), name)
        given = {"environment": "test", "owner_database_url": SecretStr(owner_url(self.url)), **settings}
        base = kind(database_url=self.url, environment="test", jwks_file=Path("none.json"))
        return erase_from(metadata_of(self.service))(base.model_copy(update=given), list(words))

    def again(self, file: Path, evidence: str, *words: str) -> int:
        """With the lines of evidence in `file`."""
        file.write_text(evidence, encoding="utf-8")
        return self.run("--again", str(file), *words)

    def erase(self, table: str, *columns: str) -> int:
        return self.run(table, self.ids[table], *columns, *FOR_THE_RECORD, "--apply")
