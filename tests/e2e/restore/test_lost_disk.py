"""docs/runbooks/backup-and-restore.md, rehearsed: all databases go back at once, and Kafka goes on.

By the shipped scripts: first the disk is lost and comes back from base backup and WAL up to the end of the archive,
then all is put back to an instant before. tests/deploy/database/test_archive.py has the archive alone,
test_restored.py a single service.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.deploy.database.archived_postgres import Archive
from tests.e2e.restore.archived_system import ArchivedSystem
from tests.e2e.restore.commands import Commands
from tests.e2e.restore.recovery_point import Counts, RecoveryPoint
from tests.e2e.restore.rehearsal import Rehearsal, built
from tests.e2e.restore.system_databases import wait
from tiendo_local.services import SERVICES

# What a report adds that is taken by the restored system, before it is healed.
ONE_REPORT = {
    "reports": 1,
    "events in the figures": 1,
    "events in the plan of reminders": 1,
    "events of reports in the log": 1,
}
WORDS = {"submissions": {"reasons of corrections"}}
OF_A_DAY = {
    **WORDS,
    "audit": {"inspections", "findings"},
    "notifications": {"addresses that people changed"},
}


@pytest.fixture
def rehearsal(server_folder: Path, outside: None) -> Iterator[tuple[Rehearsal, ArchivedSystem]]:
    archive = server_folder / "archive-of-all"
    archive.mkdir()
    with built(server_folder / "archived-system") as system, Commands() as commands:
        databases = ArchivedSystem(system, Archive(archive), commands)
        system.start()
        yield Rehearsal(system, databases), databases


@pytest.mark.timeout(600)
def test_all_databases_come_back_from_the_archive_and_are_healed(
    rehearsal: tuple[Rehearsal, ArchivedSystem], capsys: pytest.CaptureFixture[str]
) -> None:
    it, databases = rehearsal
    it.begin()
    told = [f"base backup, online: {databases.postgres.back_up()}"]
    at_instant, instant = databases.counts(), str(databases.postgres.ask("select clock_timestamp()"))
    it.report(5, 215)
    it.settled()
    archived = databases.counts()
    databases.archive_all()
    until = time.monotonic()
    it.work_for_a_day()

    before, began = databases.counts(), time.monotonic()
    databases.lose_disk()
    databases.restore()
    assert databases.counts() == archived
    told.append(f"the disk is lost {began - until:.1f} s after the last segment was archived")
    told += healed(it, databases, began, (3, 245), before, OF_A_DAY)

    it.report(2, 235, "Cập nhật")
    it.settled()
    before, began = databases.counts(), time.monotonic()
    databases.set_aside()
    databases.restore(instant)
    assert databases.counts() == at_instant
    told.append(f"as it was at {instant}, all that was done since is not there")
    told += healed(it, databases, began, (6, 205), before, WORDS)

    assert databases.command_as_owner("submissions", "reconcile") == (0, "nothing differs\n")
    it.report(4, 250)
    it.settled()
    databases.rebuilt_equal("topic")
    databases.rebuilt_equal("log")
    # The gap of what went back closes with the source's next heartbeat.
    wait(lambda: not databases.rows("audit", "select from gap where closed_at is null"), 60, "no open gap")
    with capsys.disabled():
        print("", *told, sep="\n")


def healed(
    it: Rehearsal,
    databases: ArchivedSystem,
    began: float,
    report: tuple[int, int],
    before: Mapping[str, Counts],
    lost: Mapping[str, set[str]],
) -> list[str]:
    """Start what was restored, report, heal. What that took; and of what was there `before`, and of the report since,
    what the databases lacked and what of it is lost for good."""
    restored, back = time.monotonic(), databases.counts()
    databases.go_on()
    it.report(*report)
    taken = time.monotonic()
    databases.all_noticed()
    noticed = time.monotonic()
    databases.heal()
    it.settled()
    told = [
        f"  RTO {taken - began:.1f} s until a report is taken (databases after {restored - began:.1f} s), noticed by "
        f"all after {noticed - began:.1f} s, healed with equal totals after {time.monotonic() - began:.1f} s"
    ]
    now = databases.counts()
    for service in SERVICES:
        expected = {what: n + ONE_REPORT.get(what, 0) for what, n in before[service].items()}
        point = RecoveryPoint(expected, back[service], now[service])
        assert point.lost == lost.get(service, set()), (service, str(point))
        told.append(f"  RPO {service}: {point}")
    return told
