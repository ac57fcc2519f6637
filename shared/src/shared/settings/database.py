"""How PostgreSQL is reached: its address, the password, and TLS in libpq's words.

https://www.postgresql.org/docs/current/libpq-ssl.html says what `verify-full` promises: the server's certificate is
signed by an authority that is trusted, and it is for the name in the address.
"""

import ssl
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from shared.settings.authorities import authorities_fault, public_authorities, trusting
from shared.settings.secret_file import read_secret, secret_file_fault

SslMode = Literal["disable", "verify-full"]

_OF_THE_URL = {"ssl", "sslmode", "sslrootcert", "sslcert", "sslkey"}


class DatabaseSettings(BaseSettings):
    """Frozen. The variables carry the service's name: `AUDIT_DATABASE_URL`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    service: ClassVar[str]

    database_url: SecretStr
    database_password_file: Path | None = None
    """Instead of a password in the URL; read when the engine is made."""
    owner_database_url: SecretStr | None = None
    """The same database by the role that owns its tables, for what changes final rows. Not said: the same."""
    owner_database_password_file: Path | None = None
    database_sslmode: SslMode | None = None
    """Not said: `verify-full` with `database_ca_file`; else TLS where the server has it, which production refuses."""
    database_ca_file: Path | None = None
    """PEM. Not said: the system's own authorities."""

    @field_validator(
        "database_password_file",
        "database_sslmode",
        "database_ca_file",
        "owner_database_url",
        "owner_database_password_file",
        mode="before",
    )
    @classmethod
    def _database_empty_is_absent(cls, value: object) -> object:
        """A variable that compose hands on without a value."""
        return value or None

    def database(self) -> URL:
        """The address of the database, with the password of the file if there is one."""
        url = make_url(self.database_url.get_secret_value())
        if self.database_password_file:
            url = url.set(password=read_secret(self.database_password_file).get_secret_value())
        return url

    def as_owner(self) -> Self:
        """The same settings, for who comes as the role that owns the tables."""
        if self.owner_database_url is None:
            return self
        owner = {"database_url": self.owner_database_url, "database_password_file": self.owner_database_password_file}
        return self.model_copy(update=owner)

    def owner_faults(self, *, production: bool) -> list[str]:
        """What keeps `migrate`, `replay`, `reconcile`, `erase` from running: who serves must not own what it serves."""
        try:
            same = self.database().username == self.as_owner().database().username
        except OSError as error:
            return [f"{error.filename}: {error.strerror}"]
        if not (production and same):
            return []
        return [f"refused in production: {self._name('URL', 'OWNER_')} is required, of another role than serves"]

    @property
    def database_tls(self) -> SslMode | None:
        return self.database_sslmode or ("verify-full" if self.database_ca_file else None)

    def asyncpg_tls(self) -> dict[str, ssl.SSLContext | bool]:
        """Arguments of asyncpg's connections. Raises OSError (an SSLError is one)."""
        match self.database_tls:
            case "verify-full":
                return {"ssl": trusting(self.database_ca_file)}
            case "disable":
                return {"ssl": False}
            case None:
                return {}

    def libpq_tls(self) -> dict[str, str]:
        """The same for what connects by libpq: migrations."""
        match self.database_tls:
            case "verify-full":
                return {"sslmode": "verify-full", "sslrootcert": str(self.database_ca_file or public_authorities())}
            case "disable":
                return {"sslmode": "disable"}
            case None:
                return {}

    def database_faults(self, *, production: bool) -> list[str]:
        """What is wrong with the settings taken together."""
        faults = []
        for file, whose in ((self.database_password_file, ""), (self.owner_database_password_file, "OWNER_")):
            if file and (fault := secret_file_fault(self._name("PASSWORD_FILE", whose), file)):
                faults.append(fault)
        for url, whose in ((self.database_url, ""), (self.owner_database_url, "OWNER_")):
            if url and (fault := self._url_fault(url, whose)):
                faults.append(fault)
        if (file := self.database_ca_file) and (fault := authorities_fault(self._name("CA_FILE"), file)):
            faults.append(fault)
        if self.database_ca_file and self.database_sslmode == "disable":
            faults.append(f"{self._name('CA_FILE')} needs TLS: {self._name('SSLMODE')}=verify-full")
        if self.database_tls is None and production:
            faults.append(f"{self._name('SSLMODE')} is required: verify-full, or disable where nobody else reaches it")
        return faults

    def _url_fault(self, url: SecretStr, whose: str) -> str | None:
        name = self._name("URL", whose)
        try:
            query = make_url(url.get_secret_value()).query
        except ArgumentError:
            return f"{name} must look like postgresql+asyncpg://user:password@host/name"
        if _OF_THE_URL & set(query):
            return f"TLS is told by {self._name('SSLMODE')} and {self._name('CA_FILE')}, not in {name}"
        return None

    def _name(self, of: str, whose: str = "") -> str:
        return f"{self.service.upper()}_{whose}DATABASE_{of}"
