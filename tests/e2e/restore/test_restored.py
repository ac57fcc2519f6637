"""docs/runbooks/backup-and-restore.md, rehearsed: each service's database is older than its service.

By `pg_dump`, online, one after the other while the rest goes on; test_lost_disk.py has all four at once. The age is
what happened since, not what the clock says: a day of work, from a report to an inspection, is done within seconds.
What a day adds is more of the same, and Kafka has it for seven.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.restore.backups import Backups
from tests.e2e.restore.commands import Commands
from tests.e2e.restore.recovery_point import RecoveryPoint, count
from tests.e2e.restore.rehearsal import Rehearsal, built
from tests.e2e.restore.system_databases import wait
from tiendo_local.services import SERVICES

LACKING, WELL = 1, 0
# By service, in the order of the rehearsal: what of the day does not come back.
LOST = {
    "aggregation": set[str](),
    "audit": {"inspections", "findings"},
    "notifications": {"addresses that people changed"},
}


@pytest.fixture
def rehearsal(server_folder: Path, outside: None) -> Iterator[tuple[Rehearsal, Backups]]:
    with built(server_folder / "restored") as system, Commands() as commands:
        system.start()
        backups = Backups(system, server_folder / "backups", commands)
        yield Rehearsal(system, backups), backups


@pytest.mark.timeout(600)
def test_a_backup_of_each_service_is_noticed_and_healed(
    rehearsal: tuple[Rehearsal, Backups], capsys: pytest.CaptureFixture[str]
) -> None:
    it, backups = rehearsal
    it.begin()
    backups.make()
    backed_up = time.monotonic()
    backup = {service: count(backups, service) for service in SERVICES}
    it.work_for_a_day()
    told = []

    for service, lost in LOST.items():
        before, began = count(backups, service), time.monotonic()
        backups.restore(service)
        backups.noticed(service, "consumer")
        noticed = time.monotonic()
        code, said = backups.command(service, "rewind")
        assert code == LACKING and "to read again" in said, said
        assert backups.command(service, "rewind", "--apply")[0] == WELL
        backups.healed(service)
        it.settled()
        point = RecoveryPoint(before, backup[service], count(backups, service))
        assert point.lost == lost
        told += _told(service, began - backed_up, noticed - began, time.monotonic() - began, point)
        assert backups.command(service, "rewind") == (WELL, "nothing lacks\n")  # while it sends: that is no setback

    before, began = count(backups, "submissions"), time.monotonic()
    backups.restore("submissions")
    backups.noticed("submissions", "relay")
    noticed = time.monotonic()
    it.report(3, 245)  # its unit sees an obligation without an answer, and answers again
    code, said = backups.command_as_owner("submissions", "reconcile")
    assert code == LACKING and "lost here" in said and "follow on it" in said, said
    code, said = backups.command_as_owner("submissions", "reconcile", "--apply")
    assert code == WELL, said
    backups.healed("submissions")
    it.settled()
    before = {**before, "reports": before["reports"] + 1}  # with the one that was sent since
    point = RecoveryPoint(before, backup["submissions"], count(backups, "submissions"))
    assert point.lost == {"reasons of corrections"}
    told += _told("submissions", began - backed_up, noticed - began, time.monotonic() - began, point)

    assert backups.command_as_owner("submissions", "reconcile") == (WELL, "nothing differs\n")
    # The gap of what went back closes with the source's next heartbeat.
    wait(lambda: not backups.rows("audit", "select from gap where closed_at is null"), 60, "no open gap")
    it.report(4, 250)
    it.settled()
    code, said = backups.command_as_owner("aggregation", "replay", "--from-topic")
    assert code == WELL, said
    lose_and_rebuild(it, backups)
    with capsys.disabled():
        print("", *told, sep="\n")


def lose_and_rebuild(it: Rehearsal, backups: Backups) -> None:
    """Aggregation's database, which no backup has: in the order of the runbook."""
    backups.lose("aggregation")
    told = {"AUDIT_URL": it.journey.urls.audit, "AUDIT_TOKEN": it.journey.token("auditor", "DAK_NONG")}
    _, said = backups.command_as_owner("aggregation", "replay", "--from-log", "--swap", **told)  # they do differ
    assert "swapped   yes" in said and "events of this service lack" not in said, said
    code, said = backups.command("aggregation", "rewind", "--apply", "--accept-loss")
    assert code == WELL, said
    backups.healed("aggregation")
    shut = "insert into setback (side, missing, detail) values ('published', 1, 'the log lacks it') returning side"
    backups.rows("aggregation", shut)
    assert backups.command("aggregation", "rewind", "--apply", "--accept-loss")[0] == LACKING
    code, said = backups.command("aggregation", "rewind", "--publish-beside-lost")
    assert code == WELL and "count of a single commune" in said and "publication.beside-lost" in said, said
    backups.healed("aggregation")
    assert backups.command("audit", "rewind", "--publish-beside-lost")[0] not in (WELL, LACKING), "it has none"
    it.report(5, 260)
    it.settled()


def _told(service: str, age: float, noticed: float, healed: float, point: RecoveryPoint) -> list[str]:
    return [
        f"{service}: backup {age:.0f} s old; noticed {noticed:.1f} s after the stop, healed after {healed:.1f} s",
        f"  {point}",
    ]
