"""The embedded PostgreSQL keeps what it acknowledged, and its databases are closed to each other."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tiendo_local.console import LocalFault
from tiendo_local.servers.postgres import Postgres

Unique = Callable[[str], str]


@pytest.fixture
def folder(server_folder: Path, unique: Unique) -> Path:
    return server_folder / unique("postgres")


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder)
    yield server
    server.stop()


def test_a_killed_server_has_its_data_again(server: Postgres, folder: Path) -> None:
    server.start()
    server.create_database("audit")
    with psycopg.connect(server.url("audit"), autocommit=True) as connection:
        connection.execute("create table t as select generate_series(1, 1000) as x")
    port = server.port
    server.kill()
    again = Postgres(folder)
    try:
        again.start()
        assert again.port == port
        with psycopg.connect(again.url("audit")) as connection:
            assert connection.execute("select count(*) from t").fetchone() == (1000,)
    finally:
        again.stop()
    assert not again.child.alive


def test_a_server_left_over_from_a_killed_run_is_ended(server: Postgres, folder: Path) -> None:
    server.start()
    again = Postgres(folder)  # as a runner that was killed would find it
    try:
        again.start()
        assert not server.child.alive
    finally:
        again.stop()


def test_databases_are_closed_to_other_roles(server: Postgres) -> None:
    server.start()
    server.create_database("audit")
    server.create_database("submissions")
    server.create_database("submissions")  # a second start asks again
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(server.url("audit", role="submissions"))
    wrong = server.url("audit").replace(server.url("audit").split(":")[2].split("@")[0], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_a_database_of_before_there_were_two_roles_changes_hands(server: Postgres) -> None:
    server.start()
    server.create_database("audit")
    with psycopg.connect(server.url("audit")) as connection:
        connection.execute("create table old (id int)")
    server.create_service_database("audit")
    with psycopg.connect(server.url("audit"), autocommit=True) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner of table old"):
            connection.execute("drop table old")
    with psycopg.connect(server.url("audit", role="audit_owner")) as connection:
        connection.execute("drop table old")


def test_what_the_services_need_is_there(server: Postgres) -> None:
    server.start()
    with server.admin() as connection:
        assert connection.execute("show fsync").fetchone() == ("on",)
        assert connection.execute("show synchronous_commit").fetchone() == ("on",)
        assert connection.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
        for extension in ("unaccent", "pg_trgm", "btree_gist"):
            connection.execute(f"create extension {extension}")


def test_passwords_are_private(server: Postgres, folder: Path) -> None:
    server.start()
    assert stat.S_IMODE((folder / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_data_of_another_major_version_are_refused(server: Postgres) -> None:
    server.start()
    server.stop()
    version = server.data / "PG_VERSION"
    version.write_text("13\n")
    with pytest.raises(LocalFault, match="made by PostgreSQL 13"):
        server.start()


def test_a_folder_that_others_cannot_enter(server_folder: Path, unique: Unique) -> None:
    closed = server_folder / unique("closed")
    closed.mkdir(mode=0o700)
    server = Postgres(closed / "postgres")
    try:
        server.start()
        server.create_database("audit")
        server.stop()
        server.start()
        with psycopg.connect(server.url("audit")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        server.stop()
        server.remove()
    assert not server.data.exists()
