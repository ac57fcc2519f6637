"""docs/runbooks/backup-and-restore.md, rehearsed: each service's database is older than its service.

By `pg_dump`, online; tests/deploy/database/test_archive.py has the base backup and its WAL. The age is what happened
since, not what the clock says: a day of work, from a report to an inspection, is done within seconds. What a day adds
is more of the same, and Kafka has it for seven.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.e2e.journey import FORM, PERIOD, Journey, Urls
from tests.e2e.restore.backups import Backups, wait
from tests.e2e.restore.commands import Commands
from tests.e2e.restore.recovery_point import RecoveryPoint, count
from tests.e2e.whole import NOW
from tests.resilience.actors.content import invent, report
from tiendo_local.services import SERVICES
from tiendo_local.system import System
from tiendo_local.workspace import Workspace, find

LACKING, WELL = 1, 0
# By service, in the order of the rehearsal: what of the day does not come back.
LOST = {
    "aggregation": set[str](),
    "audit": {"inspections", "findings"},
    "notifications": {"addresses that people changed"},
}
GIRLS = 230
CASE = {
    "period": PERIOD, "kind": "kiem_tra", "obligation": "O12", "basis_document": "12/QĐ-SNV", "scope": "Số liệu",
    "started_on": "2026-12-01",
    "findings": [{"severity": "high", "criteria": "Đúng kỳ", "condition": "Muộn", "cause": "?", "effect": "?"}],
}  # fmt: skip


class Rehearsal:
    """Reports and what they must add up to, counted here."""

    def __init__(self, system: System, backups: Backups) -> None:
        self.journey = Journey(Urls(**system.urls))
        self.backups = backups
        self.coordinator = self.journey.token("coordinator", "DAK_NONG")
        self.boys: dict[str, int] = {}
        self.sent: dict[str, dict[str, Any]] = {}

    def open(self) -> None:
        opener = self.journey.token("coordinator", "SO_NOI_VU")
        self.journey.post(self.journey.urls.submissions, "/api/v1/obligations/opening", opener, {"period": PERIOD})
        query = {"period": PERIOD, "form": FORM, "state": "open", "limit": "200"}
        self.owed = self.journey.get(self.journey.urls.submissions, "/api/v1/obligations", self.coordinator, **query)[
            "items"
        ]

    def report(self, number: int, boys: int, reason: str | None = None) -> None:
        owed = self.owed[number]
        token = self.journey.token("reporter", owed["unit"])
        figures = {**invent(Random(number)), "n_live_births_male": boys, "n_live_births_female": GIRLS}
        path = f"/api/v1/obligations/{owed['id']}/submissions"
        body = report(figures, reason)
        self.sent[owed["id"]] = self.journey.post(self.journey.urls.submissions, path, token, body)
        self.boys[owed["id"]] = boys

    def take_back(self, number: int) -> None:
        owed = self.owed[number]
        body = {"decision": "return", "reason": "Đề nghị kiểm tra lại số trẻ sinh"}
        path = f"/api/v1/submissions/{self.sent[owed['id']]['id']}/decision"
        self.journey.post(self.journey.urls.submissions, path, self.coordinator, body)
        del self.boys[owed["id"]]

    def work_for_a_day(self) -> None:
        self.report(2, 230)
        self.report(1, 225, "Cập nhật sau rà soát")
        self.take_back(0)
        self.report(3, 240)
        self.inspect(4)
        self.move(4)
        self.settled()
        wait(lambda: count(self.backups, "audit")["events of inspections in the log"] > 0, 60, "the inspection logged")

    def inspect(self, number: int) -> None:
        auditor = self.journey.token("auditor", "DAK_NONG")
        self.journey.post(self.journey.urls.audit, "/api/v1/inspections", auditor, CASE | {"unit": self.unit(number)})

    def move(self, number: int) -> None:
        """The mailbox of a unit."""
        answer = self.journey.http.put(
            f"{self.journey.urls.notifications}/api/v1/contacts/{self.unit(number)}",
            json={"role": "reporter", "address": "moi@daknong.example"},
            headers={"Authorization": f"Bearer {self.coordinator}", "If-Match": "*"},
        )
        assert answer.status_code == 200, answer.text

    def unit(self, number: int) -> str:
        return str(self.owed[number]["unit"])

    def adds_up(self) -> bool:
        """The province's figures are the sum of what was reported and stands, and of as many reports."""
        item = self.journey.indicator(self.coordinator)
        return (int(float(item["numerator"] or 0)), item["reported"]) == (sum(self.boys.values()), len(self.boys))

    def swap_from_log(self) -> tuple[int, str]:
        """Of aggregation. As ops do it: the exit code says that live and the rebuild differed."""
        told = {
            "AUDIT_URL": self.journey.urls.audit,
            "AUDIT_TOKEN": self.journey.token("auditor", "DAK_NONG"),
        }
        return self.backups.command_as_owner("aggregation", "replay", "--from-log", "--swap", **told)

    def settled(self) -> None:
        wait(self.adds_up, 60, "the figures of the province")
        wait(self.is_logged, 60, "the log")
        wait(self.is_heard, 60, "figures and reminders")

    def is_logged(self) -> bool:
        """Every revision and decision that was acknowledged is in the log, each once."""
        query = "select count(*), count(distinct event_id) from entry where source = '/submissions'"
        [(entries, ids)] = self.backups.rows("audit", query)
        [(changes,)] = self.backups.rows("submissions", "select sum(version) from obligation")
        return bool(entries == ids == changes)

    def is_heard(self) -> bool:
        [(changes,)] = self.backups.rows("submissions", "select sum(version) from obligation")
        heard = [self.backups.rows(one, "select count(*) from inbox") for one in ("aggregation", "notifications")]
        return heard == [[(changes,)]] * 2


@pytest.fixture
def rehearsal(server_folder: Path, outside: None) -> Iterator[Rehearsal]:
    offset = (datetime.fromisoformat(f"{NOW}T03:00:00+00:00") - datetime.now(UTC)).total_seconds()
    system = System(Workspace(find().root, server_folder / "restored"), offset=offset, fixed_ports=False)
    if not system.broker.idempotent:
        pytest.skip("a broker that keeps nothing has nothing to compare with")
    try:
        system.start()
        with Commands() as commands:
            yield Rehearsal(system, Backups(system, server_folder / "backups", commands))
    finally:
        system.stop()


@pytest.mark.timeout(600)
def test_a_backup_of_each_service_is_noticed_and_healed(
    rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    it, backups = rehearsal, rehearsal.backups
    it.open()
    it.report(0, 210)
    it.report(1, 220)
    it.settled()
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
    lose_and_rebuild(it)
    with capsys.disabled():
        print("", *told, sep="\n")


def lose_and_rebuild(it: Rehearsal) -> None:
    """Aggregation's database, which no backup has: in the order of the runbook."""
    it.backups.lose("aggregation")
    code, said = it.swap_from_log()
    assert "swapped   yes" in said and "events of this service lack" not in said, said
    code, said = it.backups.command("aggregation", "rewind", "--apply", "--accept-loss")
    assert code == WELL, said
    it.backups.healed("aggregation")
    shut = "insert into setback (side, missing, detail) values ('published', 1, 'the log lacks it') returning side"
    it.backups.rows("aggregation", shut)
    assert it.backups.command("aggregation", "rewind", "--apply", "--accept-loss")[0] == LACKING
    code, said = it.backups.command("aggregation", "rewind", "--publish-beside-lost")
    assert code == WELL and "count of a single commune" in said and "publication.beside-lost" in said, said
    it.backups.healed("aggregation")
    assert it.backups.command("audit", "rewind", "--publish-beside-lost")[0] not in (WELL, LACKING), "it has none"
    it.report(5, 260)
    it.settled()


def _told(service: str, age: float, noticed: float, healed: float, point: RecoveryPoint) -> list[str]:
    return [
        f"{service}: backup {age:.0f} s old; noticed {noticed:.1f} s after the stop, healed after {healed:.1f} s",
        f"  {point}",
    ]
