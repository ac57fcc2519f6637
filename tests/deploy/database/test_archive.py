"""docs/runbooks/backup-and-restore.md, rehearsed: a lost disk comes back from base backup and WAL archive.

With the settings and scripts that docker-compose.yml gives PostgreSQL; figures of a run stand in the runbook.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.database.migration import migrate
from tests.deploy.database.archived_postgres import Archive, ArchivedPostgres
from tests.deploy.database.log_writer import LogWriter
from tiendo_local.servers.postgres import Postgres, owner_role

SERVICE = "audit"
COMPOSE_SECONDS = 60.0  # archive_timeout of docker-compose.yml
SHORT_SECONDS = 2  # the same, so that the test sees it happen
COPIED_SECONDS = 10.0  # for what the archiver itself takes on a busy machine
SOME = 50  # entries


class Lost:
    """What was acknowledged and did not come back: the recovery point."""

    def __init__(self, postgres: ArchivedPostgres, writer: LogWriter) -> None:
        self.next = numbered(postgres)
        self.entries = {number for number in writer.acknowledged if number >= self.next}
        self.seconds = writer.seconds_since(self.next - 1)

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s with {len(self.entries)} acknowledged entries lost"


def numbered(postgres: ArchivedPostgres) -> int:
    """How many entries there are: from 0 on, without a hole."""
    count = postgres.ask("select count(*) from entry", SERVICE)
    assert isinstance(count, int) and postgres.ask("select max(index) + 1 from entry", SERVICE) == count
    return count


@pytest.fixture
def archive(server_folder: Path) -> Archive:
    folder = server_folder / "archive"
    folder.mkdir()
    return Archive(folder)


@pytest.fixture
def postgres(server_folder: Path, archive: Archive) -> Iterator[ArchivedPostgres]:
    """With the schema of a service."""
    one = ArchivedPostgres(Postgres(server_folder / "archived"), archive)
    try:
        one.start()
        one.server.create_service_database(SERVICE)
        migrate(one.server.url(SERVICE, role=owner_role(SERVICE)), SERVICE, serving=SERVICE)
        yield one
    finally:
        one.server.stop()


@pytest.fixture
def beside(server_folder: Path, archive: Archive, postgres: ArchivedPostgres) -> Iterator[ArchivedPostgres]:
    """Another server with the same passwords, which leaves the archive alone."""
    folder = server_folder / "beside"
    folder.mkdir()
    shutil.copy(postgres.server.folder / "passwords.json", folder)
    one = ArchivedPostgres(Postgres(folder), archive, archive_mode="off")
    try:
        yield one
    finally:
        one.server.stop()


def write_some(postgres: ArchivedPostgres, writer: LogWriter, entries: int = SOME) -> None:
    wanted = len(writer.acknowledged) + entries
    postgres.wait(lambda: len(writer.acknowledged) >= wanted, f"taking {entries} entries")


def restored(postgres: ArchivedPostgres, *instant: str) -> float:
    """Seconds until it takes writes again."""
    began = time.monotonic()
    postgres.restore(*instant)
    postgres.start()
    return time.monotonic() - began


def test_a_lost_disk_comes_back_from_base_backup_and_archive(
    postgres: ArchivedPostgres, beside: ArchivedPostgres, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for name in ("archive_timeout", "checkpoint_timeout"):
        assert postgres.ask(f"select setting from pg_settings where name = '{name}'") == f"{COMPOSE_SECONDS:.0f}"

    # Lost before the timeout: what was acknowledged after the last segment that was archived, and nothing else.
    with LogWriter(postgres.server.url(SERVICE)) as writer:
        write_some(postgres, writer)
        said.append(f"base backup, online: {postgres.back_up()}")
        write_some(postgres, writer)
        with writer.between_two:
            instant = str(postgres.ask("select clock_timestamp()"))
            before_instant = len(writer.acknowledged)
        write_some(postgres, writer)
        with writer.between_two:
            segment = str(postgres.ask("select pg_walfile_name(pg_switch_wal())"))
            before_switch = len(writer.acknowledged)
        postgres.wait_archived(segment)
        write_some(postgres, writer)
        postgres.lose()
    seconds = restored(postgres)
    lost = Lost(postgres, writer)
    assert lost.next == before_switch and len(lost.entries) >= SOME and lost.seconds < COMPOSE_SECONDS
    said.append(f"archive_timeout {COMPOSE_SECONDS:.0f} s, lost soon after a switch: RPO {lost}; RTO {seconds:.1f} s")

    # Beside it, as it was between two entries.
    seconds = restored(beside, instant)
    assert numbered(beside) == before_instant
    said.append(f"as it was at {instant}: {before_instant} entries, after {seconds:.1f} s")

    # A backup after the restore; the first one and its WAL are needed no more.
    postgres.server.stop()
    postgres.tell(archive_timeout=f"{SHORT_SECONDS}s")
    postgres.start()
    [first], earlier = archive.bases, archive.segments
    postgres.back_up(keep=1)
    assert len(archive.bases) == 1 and first not in archive.bases
    assert segment in earlier and segment not in archive.segments

    # Lost while nobody switches: archive_timeout does, and says how much is lost at most. From its first checkpoint on:
    # PostgreSQL 18 does not heed it before, hence the checkpoint_timeout of compose. Here the backup made one.
    begin = lost.next
    with LogWriter(postgres.server.url(SERVICE), begin) as writer:
        write_some(postgres, writer)
        postgres.wait_archived_more()
        postgres.wait_archived_more()
        write_some(postgres, writer)
        postgres.lose()
    seconds = restored(postgres)
    lost = Lost(postgres, writer)
    assert lost.next >= begin + SOME and lost.entries and lost.seconds < SHORT_SECONDS + COPIED_SECONDS
    said.append(f"archive_timeout {SHORT_SECONDS} s: RPO {lost}; RTO {seconds:.1f} s")
    with capsys.disabled():
        print("", *said, sep="\n")
