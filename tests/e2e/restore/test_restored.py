"""docs/runbooks/backup-and-restore.md, rehearsed: each service's database a day old while the others moved on.

By `pg_dump`, online: what matters here is that a database is older than its service, not how it came about.
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
from tests.e2e.whole import NOW
from tests.resilience.actors.content import invent, report
from tiendo_local.system import System
from tiendo_local.workspace import Workspace, find

LACKING, WELL = 1, 0
GIRLS = 230


class Rehearsal:
    """Reports and what they must add up to, counted here."""

    def __init__(self, system: System, folder: Path) -> None:
        self.journey = Journey(Urls(**system.urls))
        self.backups = Backups(system, folder)
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

    def adds_up(self) -> bool:
        """The province's figures are the sum of what was reported and stands, and of as many reports."""
        item = self.journey.indicator(self.coordinator)
        return (int(float(item["numerator"] or 0)), item["reported"]) == (sum(self.boys.values()), len(self.boys))

    def settled(self) -> None:
        wait(self.adds_up, 60, "the figures of the province")
        wait(self.is_logged, 60, "the log")

    def is_logged(self) -> bool:
        """Every revision and decision that was acknowledged is in the log, each once."""
        query = "select count(*), count(distinct event_id) from entry where source = '/submissions'"
        [(entries, ids)] = self.backups.rows("audit", query)
        [(changes,)] = self.backups.rows("submissions", "select sum(version) from obligation")
        return bool(entries == ids == changes)


@pytest.fixture
def rehearsal(server_folder: Path, outside: None) -> Iterator[Rehearsal]:
    offset = (datetime.fromisoformat(f"{NOW}T03:00:00+00:00") - datetime.now(UTC)).total_seconds()
    system = System(Workspace(find().root, server_folder / "restored"), offset=offset, fixed_ports=False)
    if not system.broker.idempotent:
        pytest.skip("a broker that keeps nothing has nothing to compare with")
    try:
        system.start()
        yield Rehearsal(system, server_folder / "backups")
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
    it.report(2, 230)
    it.report(1, 225, "Cập nhật sau rà soát")
    it.take_back(0)
    it.report(3, 240)
    it.settled()
    told = []

    for service in ("aggregation", "audit", "notifications"):
        began = time.monotonic()
        backups.restore(service)
        assert "consumer" in backups.noticed(service)
        noticed = time.monotonic()
        code, said = backups.command(service, "rewind")
        assert code == LACKING and "to read again" in said, said
        assert backups.command(service, "rewind", "--apply")[0] == WELL
        backups.healed(service)
        it.settled()
        told.append(_told(service, began - backed_up, noticed - began, time.monotonic() - began))
        assert backups.command(service, "rewind")[0] == WELL

    began = time.monotonic()
    backups.restore("submissions")
    assert backups.noticed("submissions") == {"relay"}
    noticed = time.monotonic()
    it.report(3, 245)  # its unit sees an obligation without an answer, and answers again
    code, said = backups.command("submissions", "reconcile")
    assert code == LACKING and "lost here" in said and "follow on it" in said, said
    code, said = backups.command("submissions", "reconcile", "--apply")
    assert code == WELL, said
    backups.healed("submissions")
    it.settled()
    told.append(_told("submissions", began - backed_up, noticed - began, time.monotonic() - began))

    assert backups.command("submissions", "reconcile") == (WELL, "nothing differs\n")
    assert backups.rows("audit", "select kind, first, last from gap where closed_at is null") == []
    it.report(4, 250)
    it.settled()
    code, said = backups.command("aggregation", "replay", "--from-topic")
    assert code == WELL, said
    with capsys.disabled():
        print("", *told, sep="\n")


def _told(service: str, lost: float, noticed: float, healed: float) -> str:
    return f"{service}: backup {lost:.0f} s old; noticed {noticed:.1f} s after the stop, healed after {healed:.1f} s"
