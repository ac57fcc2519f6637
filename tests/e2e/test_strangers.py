"""A stranger on the bus, on the whole system and a broker that lets everybody write: what each service did with what he
wrote (the table is printed), and that no figure, number or report is his. After test_records.py, which reads what is
sent by the services alone."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from prometheus_client.parser import text_string_to_metric_families

from shared.events import ALL_TOPICS, SUBMISSIONS
from shared.messaging.signing.signature import HEADER
from tests.e2e.attacks.stranger import FAR_AHEAD, Attack, Forged, Stranger, wait
from tests.e2e.backends.prometheus import PROMETHEUS, Prometheus
from tests.e2e.journey import BOYS, PERIOD, Journey, Urls
from tests.e2e.test_records import records
from tests.e2e.whole import Whole
from tiendo_local.event_keys import EventKeys
from tiendo_local.services import SERVICES

pytestmark = pytest.mark.timeout(500)  # it may be the first that waits for the system
HEARS = {"aggregation": (SUBMISSIONS,), "notifications": (SUBMISSIONS,), "audit": ALL_TOPICS}
FLOOD = 400
CASE = {
    "period": PERIOD, "kind": "kiem_tra", "unit": "24736@2025-07-01", "obligation": "O12", "scope": "Số liệu năm",
    "basis_document": "12/QĐ-SNV", "started_on": "2026-12-01", "findings": [],
}  # fmt: skip
Counts = dict[tuple[str, str, str], float]


@dataclass
class Bus:
    """The running system as a stranger meets it, and as its own people see it."""

    urls: Urls
    bootstrap: str
    stranger: Stranger
    journey: Journey
    token: str

    def write(self, *forged: tuple[str, bytes, Forged]) -> None:
        async def send() -> None:
            async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
                for topic, key, one in forged:
                    await producer.send(topic, one.value, key=key, headers=one.headers)

        asyncio.run(send())

    def counts(self) -> Counts:
        """(service, topic, what it did) → how often."""
        found: Counts = {}
        for service in HEARS:
            text = httpx.get(f"{getattr(self.urls, service)}/metrics", timeout=30).text
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    if sample.name == "tiendo_strangers_total":
                        found[service, sample.labels["topic"], sample.labels["reason"]] = sample.value
                    if sample.name == "tiendo_inbox_duplicates_total":  # a batch of several topics is told of one
                        found[duplicate(service)] = found.get(duplicate(service), 0) + sample.value
        return found

    def figures(self) -> dict[str, Any]:
        """What must not change. The indicators of one period, all facts by their checksum, and every unit's reports."""
        return {
            "checksum": self._get(self.urls.aggregation, "/api/v1/checksum")["checksum"],
            "indicators": [
                {name: value for name, value in item.items() if name != "as_of"}
                for item in self._get(self.urls.aggregation, "/api/v1/indicators", period="2026")["items"]
            ],
        }

    def sources(self) -> dict[str, dict[str, Any]]:
        return {item["source"]: item for item in self._get(self.urls.audit, "/api/v1/sources")["items"]}

    def _get(self, base: str, path: str, **query: str) -> Any:
        return self.journey.get(base, path, self.token, **query)


@pytest.fixture(scope="module")
def bus(system: Whole, urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Bus:
    journey = Journey(urls, fresh_seconds=30)
    token = journey.token("coordinator", "DAK_NONG")
    report(journey, token, boys=31)
    auditor = journey.token("auditor", "DAK_NONG")
    journey.post(urls.audit, "/api/v1/inspections", auditor, CASE)
    move(journey, token, CASE["unit"])
    bootstrap = json.loads((system.local / "state.json").read_text("utf-8"))["bootstrap"]
    true: dict[str, ConsumerRecord] = {}
    wait(lambda: true.update(sent(bootstrap)) or set(true) == {*ALL_TOPICS}, "a true record of each topic")
    keys, folder = EventKeys(system.local / "event-keys"), tmp_path_factory.mktemp("stranger")
    sources = journey.get(urls.audit, "/api/v1/sources", auditor)["items"]
    following = {item["source"]: (item["sequence"] or 0) + 1 for item in sources}
    return Bus(urls, bootstrap, Stranger(folder, keys, true, following), journey, auditor)


@pytest.fixture(scope="module")
def prometheus(urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """From before the first attack."""
    if PROMETHEUS is None:
        pytest.skip("no Prometheus (Debian: apt-get install prometheus)")
    server = Prometheus(tmp_path_factory.mktemp("prometheus"), [getattr(urls, service) for service in SERVICES])
    try:
        server.start()
        yield server
    finally:
        server.stop()


def sent(bootstrap: str) -> dict[str, ConsumerRecord]:
    """The last record of each topic that a service of ours has sent, and not a test before this one."""
    return {one.topic: one for one in asyncio.run(records(bootstrap)) if HEADER in dict(one.headers)}


def move(journey: Journey, token: str, unit: object) -> None:
    """The mailbox of a unit: an event of each kind that notifications sends."""
    answer = journey.http.put(
        f"{journey.urls.notifications}/api/v1/contacts/{unit}",
        json={"role": "reporter", "address": "moi@daknong.example"},
        headers={"Authorization": f"Bearer {token}", "If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text


def report(journey: Journey, token: str, *, boys: int, obligation: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A true report of a unit that owes one, once it stands in the totals."""
    before = journey.indicator(token)
    obligation = obligation or journey.unreported(token)
    reporter = journey.token("reporter", obligation["unit"])
    detail = journey.get(journey.urls.submissions, f"/api/v1/obligations/{obligation['id']}", reporter)
    journey.submit(reporter, detail, boys=boys, girls=boys)
    journey.sees(token, "the true report", before, boys=boys, reported=1)
    return dict(obligation)


def duplicate(service: str) -> tuple[str, str, str]:
    return service, "any", "duplicate"


def difference(after: Counts, before: Counts) -> Counts:
    return {what: n - before.get(what, 0) for what, n in after.items() if n != before.get(what, 0)}


def expected(attack: Attack, topics: list[str]) -> Counts:
    if attack.reason is None:
        return {duplicate(service): len({*heard} & {*topics}) for service, heard in HEARS.items()}
    told = [(service, topic) for service, heard in HEARS.items() for topic in topics if topic in heard]
    return {(*one, attack.reason): 1 for one in told}


def calls(prometheus: Prometheus) -> set[tuple[str, str]]:
    return {(labels["service"], labels["topic"]) for labels in prometheus.firing("StrangerOnTheBus")}


def test_what_a_stranger_writes_changes_nothing_and_is_told(bus: Bus, prometheus: Prometheus) -> None:
    before, rows = bus.figures(), []
    for attack in bus.stranger.attacks():
        forged = {topic: one for topic in ALL_TOPICS if (one := attack.make(topic))}
        counted, awaited = bus.counts(), expected(attack, list(forged))
        bus.write(*((topic, b"stranger", one) for topic, one in forged.items()))
        wait(lambda a=awaited, c=counted: difference(bus.counts(), c) == a, (attack.name, awaited))  # type: ignore[misc]
        for topic in ALL_TOPICS:
            told = [f"{service}: {attack.reason or 'duplicate'}" for service in HEARS if topic in HEARS[service]]
            rows.append(f"| {attack.name} | {topic} | {', '.join(told) if topic in forged else 'no such record'} |")
    print("", "| attack | topic | what each service did |", "|---|---|---|", *rows, sep="\n")
    assert bus.figures() == before
    alarmed = {(service, topic) for service, heard in HEARS.items() for topic in heard}
    wait(lambda: calls(prometheus) == alarmed, "who is on duty is called")
    print(f"fires: StrangerOnTheBus of {sorted(alarmed)}")
    for source, state in bus.sources().items():
        assert state["gaps"] == [] and (state["announced"] or 0) < FAR_AHEAD, source


def test_a_flood_of_junk_stops_nobody(bus: Bus) -> None:
    """400 records stopped three services, at a fifth of what they had read."""
    counted = bus.counts()
    bus.write(*((SUBMISSIONS, b"%d" % n, Forged(b"junk %d" % n)) for n in range(FLOOD)))
    flooded = {(service, SUBMISSIONS, "unsigned"): float(FLOOD) for service in HEARS}
    wait(lambda: difference(bus.counts(), counted) == flooded, "the flood")
    for service in HEARS:
        assert httpx.get(f"{getattr(bus.urls, service)}/readyz", timeout=30).status_code == 200
    report(bus.journey, bus.journey.token("coordinator", "DAK_NONG"), boys=17)


def test_the_report_of_its_owner_counts_whoever_was_first(bus: Bus) -> None:
    """The first content of a revision counts: a stranger's came first, and the unit's own was ignored for good."""
    coordinator = bus.journey.token("coordinator", "DAK_NONG")
    owed = bus.journey.unreported(coordinator)
    true = json.loads(bus.stranger._true[SUBMISSIONS].value)
    forged = json.loads(bus.stranger._forged(SUBMISSIONS))
    data = true["data"] | {"obligation_id": owed["id"], "unit": owed["unit"], "revision": 1, "version": 2}
    for observation in data.get("observations", []):
        observation["value"] = "99999" if observation["measure"] == BOYS else observation["value"]
    value = json.dumps(forged | {"type": true["type"], "subject": owed["id"], "data": data}).encode()
    counted = bus.counts()
    bus.write((SUBMISSIONS, owed["id"].encode(), Forged(value)))
    wait(lambda: len(difference(bus.counts(), counted)) == len(HEARS), "the forged report")
    report(bus.journey, coordinator, boys=23, obligation=owed)


def test_a_rebuild_finds_live_equal_to_what_was_signed(bus: Bus, system: Whole, tmp_path: Path) -> None:
    """From the log, and from the topic, in which all of the above still stands."""
    for origin in ("log", "topic"):
        command = [sys.executable, "-m", "tiendo_local", "--local", str(system.local), "rebuild", "--from", origin]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
