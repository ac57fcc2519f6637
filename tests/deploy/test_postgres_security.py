"""PostgreSQL as docker-compose.yml runs it, with TLS only: who gets in, who does not, and through a pooler."""

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from shared.database.engine import create_engine
from shared.database.migration import migrate_by
from submissions.settings import SubmissionsSettings
from tests.support.proxies.pgbouncer import PgBouncer, program
from tests.support.secured_postgres import SecuredPostgres, binaries

ENCRYPTED = sa.text("select ssl from pg_stat_ssl where pid = pg_backend_pid()")


@pytest.fixture(scope="module")
def secured_postgres(server_folder: Path) -> Iterator[SecuredPostgres]:
    if binaries() is None:
        pytest.skip("PostgreSQL with TLS is not installed (Debian: apt-get install postgresql)")
    server = SecuredPostgres(server_folder / "secured-postgres")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def settings(server: SecuredPostgres, **changed: Any) -> SubmissionsSettings:
    return SubmissionsSettings(environment="test", **(server.settings("submissions") | changed))


async def ask(told: SubmissionsSettings, question: sa.TextClause = ENCRYPTED) -> Any:
    engine = create_engine(told)
    try:
        async with engine.connect() as connection:
            return await connection.scalar(question)
    finally:
        await engine.dispose()


async def test_a_service_comes_by_tls_and_so_do_its_migrations(secured_postgres: SecuredPostgres) -> None:
    told = settings(secured_postgres)
    assert await ask(told) is True
    await asyncio.to_thread(migrate_by, told, "submissions")
    assert await ask(told, sa.text("select count(*) from obligation")) == 0
    with pytest.raises(sa.exc.ProgrammingError, match="must be owner of table obligation"):
        await ask(told, sa.text("drop table obligation"))
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied to create temporary tables"):
        await ask(told, sa.text("create temporary table obligation (id int)"))


async def test_a_server_of_another_authority_is_not_spoken_to(secured_postgres: SecuredPostgres) -> None:
    told = settings(secured_postgres, database_ca_file=secured_postgres.secrets / "kafka-ca.pem")
    with pytest.raises(ssl.SSLCertVerificationError):
        await ask(told)
    with pytest.raises(sa.exc.OperationalError, match="certificate verify failed"):
        await asyncio.to_thread(migrate_by, told, "submissions")


async def test_a_server_of_another_name_is_not_spoken_to(secured_postgres: SecuredPostgres) -> None:
    url = secured_postgres.settings("submissions")["database_url"].replace("localhost", "127.1")
    with pytest.raises(ssl.SSLCertVerificationError, match=r"127\.1"):
        await ask(settings(secured_postgres, database_url=url))


async def test_nobody_comes_without_tls(secured_postgres: SecuredPostgres) -> None:
    plain = settings(secured_postgres, database_sslmode="disable", database_ca_file=None)
    with pytest.raises(sa.exc.DBAPIError, match="no encryption"):
        await ask(plain)


async def test_a_password_is_changed_while_it_runs(secured_postgres: SecuredPostgres) -> None:
    told = SubmissionsSettings(environment="test", **secured_postgres.settings("audit"))
    assert await ask(told) is True
    file = secured_postgres.secrets / "audit-db"
    file.write_text("another")
    with pytest.raises(sa.exc.DBAPIError, match="password authentication failed"):
        await ask(told)
    secured_postgres.create_services("audit")
    assert await ask(told) is True


async def test_a_database_of_before_there_were_two_roles_changes_hands(secured_postgres: SecuredPostgres) -> None:
    """Its tables belonged to the role that serves."""
    told = SubmissionsSettings(environment="test", **secured_postgres.settings("audit"))
    password = (secured_postgres.secrets / "postgres").read_text()
    admin = told.database().set(drivername="postgresql", username="postgres", password=password)
    address = admin.update_query_dict(told.libpq_tls()).render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("alter database audit owner to audit; set role audit; create table old (id int)")
    secured_postgres.create_services("audit")
    assert await ask(told, sa.text("select 1")) == 1, "who serves still gets in"
    for refused in ("drop table old", "create table another (id int)", "select * from old"):
        with pytest.raises(sa.exc.ProgrammingError, match=r"must be owner|permission denied for (table|schema)"):
            await ask(told, sa.text(refused))
    await asyncio.to_thread(migrate_by, told, "audit")
    assert await ask(told, sa.text("select count(*) from entry")) == 0, "with what the owner's migrations grant"


def test_the_whole_server_is_copied_from_inside_its_container_only(
    secured_postgres: SecuredPostgres, tmp_path: Path
) -> None:
    [base] = secured_postgres.back_up()
    assert (base / "backup_manifest").exists()
    programs, secrets = binaries(), secured_postgres.secrets
    assert programs
    done = subprocess.run(
        [programs / "pg_basebackup", "-h", "localhost", "-p", str(secured_postgres.port), "-D", tmp_path / "copy"],
        env={
            "PGUSER": "postgres",
            "PGPASSWORD": (secrets / "postgres").read_text(),
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(secrets / "postgres-ca.pem"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0 and "no pg_hba.conf entry for replication connection" in done.stderr


async def test_pgbouncer_comes_by_tls_with_the_lines_of_the_readme(
    secured_postgres: SecuredPostgres, server_folder: Path
) -> None:
    if program() is None:
        pytest.skip("pgbouncer is not installed (Debian: apt-get install pgbouncer)")
    password = (secured_postgres.secrets / "submissions-db").read_text()
    secrets = secured_postgres.secrets
    pooler = PgBouncer(server_folder, secured_postgres.port, {"submissions": password}, ca=secrets / "postgres-ca.pem")
    pooler.start()
    try:
        url = pooler.url(secured_postgres.settings("submissions")["database_url"])
        plain = settings(secured_postgres, database_url=url, database_sslmode="disable", database_ca_file=None)
        assert await ask(plain) is True, "from the pooler on"
    finally:
        pooler.child.kill()
