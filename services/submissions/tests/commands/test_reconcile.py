"""A restored database and the topic that knows more, on a real broker: what is put back, and what is not believed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from services.submissions.tests.api_client import COMMUNE, NOW, OTHER, ApiClient
from shared.erasure.erase import erase_from
from shared.events import Event, ObligationEvent, SubmissionReceived
from shared.events.topics import PUBLISHED_BY
from shared.messaging import Relay
from shared.messaging.relay.chain import number
from shared.messaging.restore import source_tail
from shared.messaging.restore.source_tail import own_events
from shared.messaging.signing.ed25519 import PrivateKey
from shared.messaging.signing.trusted_keys import jwk_of, written
from submissions.commands.reconcile import DIFFERENT, NOT_DONE, WELL, read_log, reconcile, run
from submissions.settings import SubmissionsSettings
from submissions.store.tables import metadata
from tests.support.databases import owner, owner_url
from tiendo_local.servers.broker import Broker

SOURCE = "/submissions"
WHO = "4f1c-person"
YEAR = timedelta(days=365)
AT_WORK = (COMMUNE, OTHER)


@dataclass(frozen=True)
class Bus:
    """The service with a topic of its own, where it has signed what it sent."""

    api_client: ApiClient
    settings: SubmissionsSettings
    topic: str
    producer: AIOKafkaProducer

    async def send(self) -> None:
        """What waits in the outbox."""
        relay = Relay(self.api_client.engine, self.settings, catalogue_version=self.api_client.catalogue.version)
        while await relay.step(self.producer):
            pass

    @asynccontextmanager
    async def reporting(self, report: dict[str, Any], *, sending: bool = True) -> AsyncIterator[list[str]]:
        """People at work until the end of the block: one report of each of some units after the other; when `sending`,
        each is returned, and all of it sent at once. Gives the ids of the reports that were taken."""
        taken: list[str] = []
        end = asyncio.Event()

        async def work(unit: str) -> None:
            owed = await self.api_client.obligation_id(unit=unit)
            while not end.is_set():
                answer = await self.api_client.submit(owed, {**report, "reason": "Cập nhật"}, unit=unit)
                assert answer.status_code == 201, answer.text
                taken.append(answer.json()["id"])
                if sending:
                    answer = await self.api_client.decide(answer.json()["id"], "return", "Sai dân số")
                    assert answer.status_code == 200, answer.text

        async def relay() -> None:
            while not end.is_set():
                await self.send()
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            for unit in AT_WORK:
                group.create_task(work(unit))
            if sending:
                group.create_task(relay())
            await more(taken)
            yield taken
            end.set()
        await self.send()

    async def heard(self) -> list[tuple[str, int]]:
        """Obligation and version of each event that the topic has."""
        return sorted((str(data.obligation_id), data.version) for _, data in (await read_log(self.settings))[0])

    async def is_whole(self, taken: list[str]) -> bool:
        """Every change is told once, and no report is missing that was taken."""
        heard = await self.heard()
        changes = await self.api_client.value("select sum(version) from obligation")
        query = "select count(*) from submission where id = any(string_to_array('{}', ' ')::uuid[])"
        kept = await self.api_client.value(query.format(" ".join(taken)))
        return bool(len(heard) == len(set(heard)) == changes and kept == len(taken) == len(set(taken)))

    async def report(self, body: dict[str, Any], **options: Any) -> tuple[str, SubmissionReceived]:
        """One that is taken and sent: its id and what its event says."""
        answer = await self.api_client.submit(await self.api_client.obligation_id(), body, **options)
        assert answer.status_code == 201, answer.text
        id_ = answer.json()["id"]
        [data] = [
            event.data
            for event in await self.api_client.events()
            if isinstance(event.data, SubmissionReceived) and str(event.data.submission_id) == id_
        ]
        await self.send()
        return id_, data

    async def lose(self) -> None:
        """The reports, as a backup of before them does not have them."""
        async with owner(self.api_client.engine) as tx:
            await tx.exec_driver_sql("delete from review")
            await tx.exec_driver_sql("delete from submission")
            await tx.exec_driver_sql("update obligation set state = 'open', version = 1, revision = 0")


async def more(taken: list[str]) -> None:
    """Until some more are taken."""
    wanted = len(taken) + 2 * len(AT_WORK)
    while len(taken) < wanted:
        await asyncio.sleep(0.01)


@pytest.fixture
async def bus(
    api_client: ApiClient,
    broker: Broker,
    topics: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Bus]:
    topic, key = topics("submissions"), PrivateKey.new()
    monkeypatch.setitem(PUBLISHED_BY, "submissions", (topic,))
    monkeypatch.setattr(ObligationEvent, "topic", topic)
    (tmp_path / "key.pem").write_text(key.pem)
    (tmp_path / "keys.json").write_text(written([jwk_of(key.public, SOURCE, NOW - YEAR, NOW + YEAR)]))
    settings = api_client.settings.model_copy(
        update={
            "clock_offset_seconds": (NOW - datetime.now(UTC)).total_seconds(),
            "kafka_bootstrap_servers": broker.bootstrap,
            "kafka_idempotent": broker.idempotent,
            "event_signing_key_file": tmp_path / "key.pem",
            "event_keys_file": tmp_path / "keys.json",
            "owner_database_url": SecretStr(owner_url(api_client.settings.database_url.get_secret_value())),
        }
    )
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        yield Bus(api_client, settings, topic, producer)


async def test_a_report_that_the_service_has_not_signed_is_not_put_back(
    bus: Bus, report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it whoever writes to the topic writes reports into the database."""
    _, data = await bus.report(report)
    later = data.model_copy(update={"submission_id": uuid4(), "revision": 2, "version": 3})
    forged = Event.of(later, source=SOURCE, subject=str(data.obligation_id), time=NOW, catalogue_version="c" * 64)
    await bus.producer.send_and_wait(bus.topic, number(forged.to_bytes(), 10**15, "0" * 64).body, key=b"key")
    await bus.lose()

    assert await run(bus.settings, apply=False) == DIFFERENT
    assert capsys.readouterr().out.splitlines() == [
        "1 vn.tiendo.submission.received.v1: in the log, lost here",
        f"  {data.obligation_id} version 2",
    ]


async def test_what_was_lost_is_put_back_by_the_owner_where_another_role_serves(
    bus: Bus, report: dict[str, Any]
) -> None:
    """As installations are: who serves may neither lock reports nor give one another number."""
    (first, _), again = await bus.report(report), {**report, "reason": "Cập nhật"}
    second, _ = await bus.report(again)
    await bus.lose()
    third = (await bus.api_client.submit(await bus.api_client.obligation_id(), report)).json()["id"]

    assert await run(bus.settings, apply=True) == WELL
    query = "select string_agg(id::text, ' ' order by revision) from submission"
    assert await bus.api_client.value(query) == f"{first} {second} {third}"
    await bus.send()
    assert await run(bus.settings, apply=False) == WELL


async def test_who_sent_a_report_is_known_by_it_after_it_was_put_back(bus: Bus, report: dict[str, Any]) -> None:
    """Else its sender takes it in themselves; and of what is published again nobody knows whose it was."""
    sent, data = await bus.report(report, subject=WHO)
    await bus.lose()
    owed = await bus.api_client.obligation_id()
    await bus.api_client.submit(owed, report, subject=WHO)  # follows on the one that comes back
    assert await run(bus.settings, apply=True) == WELL

    [again] = [event.data for event in await bus.api_client.events(owed)]
    assert isinstance(again, SubmissionReceived) and (again.revision, again.acting_subject) == (2, data.acting_subject)
    assert data.acting_subject is not None
    async with owner(bus.api_client.engine) as tx:
        await tx.exec_driver_sql("update obligation set revision = 1 where revision = 2")
    assert (await bus.api_client.decide(sent, "accept", subject=WHO)).status_code == 403
    assert (await bus.api_client.decide(sent, "accept", subject="somebody-else")).status_code == 200


async def test_an_erasure_is_no_difference(bus: Bus, report: dict[str, Any]) -> None:
    """The hash that the events know is of what was sent, and stays; so nothing is put back nor told again."""
    id_, data = await bus.report({**report, "narrative": {"difficulties": "Bà Mẫu"}, "evidence": ["Đơn của bà Mẫu"]})
    words = ["submission", id_, "narrative", "evidence", "--request", "12/2026", "--reason", "person-asked", "--apply"]
    assert await asyncio.to_thread(erase_from(metadata), bus.settings, words) == WELL
    assert "Mẫu" not in await bus.api_client.value("select row_to_json(submission)::text from submission")
    assert await bus.api_client.value("select content_sha256 from submission") == data.content_sha256
    assert await run(bus.settings, apply=True) == WELL
    assert await bus.api_client.count("outbox") == 0


async def test_what_is_reported_and_sent_meanwhile_is_no_difference(
    bus: Bus, report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of Kafka and the database one is read first: what moves in between is neither lost nor unheard of."""
    async with bus.reporting(report) as taken:
        for apply in (False, True, False, True):
            assert await run(bus.settings, apply=apply) == WELL, capsys.readouterr().out
            await more(taken)
    assert capsys.readouterr().out.splitlines() == ["nothing differs"] * 4
    assert await bus.is_whole(taken)


async def test_what_is_reported_while_it_repairs_is_neither_lost_nor_doubled(bus: Bus, report: dict[str, Any]) -> None:
    """After a restore: the relay stands still, and people go on."""
    async with bus.reporting(report) as before:
        pass
    await bus.lose()
    async with bus.reporting(report, sending=False) as taken:
        assert await run(bus.settings, apply=True) == WELL
        await more(taken)
    assert await bus.is_whole(before + taken)
    assert await run(bus.settings, apply=False) == WELL


async def test_no_transaction_waits_for_kafka(
    bus: Bus, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends one that has been idle for a minute; and reports would wait as long."""
    await bus.report(report)
    await bus.lose()
    # Of this database: those of other tests, copied from one template, have the same numbers for their tables.
    mine = "database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()"
    query = f"select count(*) from pg_locks where relation = 'submission'::regclass and {mine}"
    open_: list[int] = []

    async def noted(*given: Any) -> AsyncIterator[tuple[Event, bytes]]:
        async for one in own_events(*given):
            open_.append(await bus.api_client.value(query))
            yield one

    monkeypatch.setattr("submissions.commands.reconcile.own_events", noted)
    monkeypatch.setattr(source_tail, "own_events", noted)
    assert await run(bus.settings, apply=True) == WELL
    assert open_ and not any(open_)


def test_in_production_it_does_not_come_as_the_role_that_serves(
    api_client: ApiClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reconcile(api_client.settings.model_copy(update={"environment": "production"}), []) == NOT_DONE
    assert "SUBMISSIONS_OWNER_DATABASE_URL is required" in capsys.readouterr().err
