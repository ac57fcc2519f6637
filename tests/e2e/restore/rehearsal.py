"""A day of work on a system whose databases go back, and whether everything is there again afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.e2e.journey import FORM, PERIOD, Journey, Urls
from tests.e2e.restore.recovery_point import count
from tests.e2e.restore.system_databases import SystemDatabases, wait
from tests.e2e.whole import NOW
from tests.resilience.actors.content import invent, report
from tiendo_local.system import System
from tiendo_local.workspace import Workspace, find

GIRLS = 230
CASE = {
    "period": PERIOD, "kind": "kiem_tra", "obligation": "O12", "basis_document": "12/QĐ-SNV", "scope": "Số liệu",
    "started_on": "2026-12-01",
    "findings": [{"severity": "high", "criteria": "Đúng kỳ", "condition": "Muộn", "cause": "?", "effect": "?"}],
}  # fmt: skip


class Rehearsal:
    """Reports and what they must add up to, counted here."""

    def __init__(self, system: System, databases: SystemDatabases) -> None:
        self.journey = Journey(Urls(**system.urls))
        self.databases = databases
        self.coordinator = self.journey.token("coordinator", "DAK_NONG")
        self.boys: dict[str, int] = {}
        self.sent: dict[str, dict[str, Any]] = {}

    def begin(self) -> None:
        """What every backup has."""
        self.open()
        self.report(0, 210)
        self.report(1, 220)
        self.settled()

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
        wait(
            lambda: count(self.databases, "audit")["events of inspections in the log"] > 0, 60, "the inspection logged"
        )

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

    def settled(self) -> None:
        wait(self.adds_up, 60, "the figures of the province")
        wait(self.is_logged, 60, "the log")
        wait(self.is_heard, 60, "figures and reminders")

    def is_logged(self) -> bool:
        """Every revision and decision that was acknowledged is in the log, each once."""
        query = "select count(*), count(distinct event_id) from entry where source = '/submissions'"
        [(entries, ids)] = self.databases.rows("audit", query)
        [(changes,)] = self.databases.rows("submissions", "select sum(version) from obligation")
        return bool(entries == ids == changes)

    def inspection_is_logged(self) -> bool:
        [(inspections,)] = self.databases.rows("audit", "select count(*) from inspection")
        return bool(count(self.databases, "audit")["events of inspections in the log"] >= inspections > 0)

    def is_heard(self) -> bool:
        [(changes,)] = self.databases.rows("submissions", "select sum(version) from obligation")
        heard = [self.databases.rows(one, "select count(*) from inbox") for one in ("aggregation", "notifications")]
        return heard == [[(changes,)]] * 2


@contextmanager
def built(folder: Path) -> Iterator[System]:
    """A system of the rehearsal's own, not started yet; stopped at the end of the block."""
    offset = (datetime.fromisoformat(f"{NOW}T03:00:00+00:00") - datetime.now(UTC)).total_seconds()
    system = System(Workspace(find().root, folder), offset=offset, fixed_ports=False)
    if not system.broker.idempotent:
        pytest.skip("Tansu keeps nothing to compare with; a Java 17 is missing")
    try:
        yield system
    finally:
        system.stop()
