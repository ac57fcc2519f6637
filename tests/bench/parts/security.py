"""What safety costs: the relay with and without signing, a consumer with and without checking, reads with and without
the policy about small counts. Each is measured in turns with itself, its floor is itself without."""

import asyncio
import random
import statistics
import time
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stdout
from dataclasses import replace
from hashlib import sha256
from io import StringIO
from typing import Any, ClassVar
from unittest.mock import patch

import httpx
import sqlalchemy as sa
import uvloop
from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.app import create_app
from aggregation.commands.aggregate import Aggregator
from aggregation.http.reading import Reading
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.disclosure.conftest import NoPolicy
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.readers import reading_as
from services.aggregation.tests.test_recomputation import answer_for
from shared.access import Role
from shared.catalogue import load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.database.migration import migrate
from shared.events import Event
from shared.messaging import BatchConsumer, messaging_tables
from shared.messaging.relay.chain import GENESIS, number
from shared.messaging.signing.event_signer import EventSigner
from shared.messaging.signing.signature import HEADER
from shared.messaging.signing.signature_verifier import SignatureVerifier
from tests.bench.load import percentile
from tests.bench.parts.cost import settled
from tests.bench.parts.relay import PRODUCTION_TRACE_RATIO, BenchSettings, drain, fill, signing
from tests.bench.subject import PERIOD, Subject, submission_body

EVENTS = 30_000
ROUNDS = 8
SIZES = {"a batch of 500 events": (500, 16), "a batch of 2 events": (2, 60)}
READS = 150
READERS: tuple[Role, ...] = ("leader", "coordinator")
PATHS = (
    f"/api/v1/indicators?period={PERIOD}",
    f"/api/v1/indicators/6.1/explanation?period={PERIOD}",
    f"/indicators?period={PERIOD}",
)


class SigningSettings(BenchSettings):
    """A source of its own: of the one that the part `relay` measured, Kafka knows more than a new database."""

    service: ClassVar[str] = "bench-signing"


async def measure(subject: Subject) -> list[dict[str, Any]]:
    subject.start_services()
    duties = await subject.duties(100)
    await _report(subject, duties[:28])
    for child in subject.system.services.values():
        child.stop(*subject.stop)
    relayed = await asyncio.to_thread(uvloop.run, _relay(subject, duties))
    consumed = await _consumers(subject)
    with redirect_stdout(StringIO()):  # the lines are written, and not looked at
        read = await _reads(subject)
    return [relayed, *consumed, *read]


async def _report(subject: Subject, duties: list[dict[str, Any]]) -> None:
    """So that there is something to read."""
    async with httpx.AsyncClient(base_url=subject.system.urls["submissions"], timeout=60) as client:
        for duty in duties:
            headers = {"Authorization": f"Bearer {duty['token']}", "Content-Type": "application/json"}
            body = submission_body(duty, reason="Đo giá của an toàn")
            answer = await client.post(f"/api/v1/obligations/{duty['id']}/submissions", headers=headers, content=body)
            answer.raise_for_status()
    await settled(subject)


async def _relay(subject: Subject, duties: list[dict[str, Any]]) -> dict[str, Any]:
    signed = signing(SigningSettings, subject.system, "signing")
    unsigned = signed.model_copy(update={"event_signing_key_file": None})
    engine = create_engine(unsigned)
    rates: dict[str, list[float]] = {"signed": [], "unsigned": []}
    try:
        metadata = sa.MetaData()
        messaging_tables(metadata)
        async with engine.begin() as tx:
            await tx.run_sync(metadata.create_all)
        for round_ in range(ROUNDS + 1):
            for name, settings in _in_turns({"signed": signed, "unsigned": unsigned}, round_):
                await fill(engine, duties, EVENTS, PRODUCTION_TRACE_RATIO)
                rate = await drain(engine, settings, EVENTS)
                if round_:
                    rates[name].append(rate)
    finally:
        await engine.dispose()
    return _compared("signing: relay, events/s", rates["signed"], rates["unsigned"], bar="≥ 0.9")


async def _consumers(subject: Subject) -> list[dict[str, Any]]:
    """Two databases that take the same events in: all of `messaging.BatchConsumer` and of aggregation."""
    system, engines = subject.system, dict[str, AsyncEngine]()
    verifier = SignatureVerifier(system.event_keys.trusted)
    for name in ("checked", "unchecked"):
        system.postgres.create_database(name)
        url = system.postgres.url(name, driver="+asyncpg")
        await asyncio.to_thread(migrate, url, "aggregation")
        engines[name] = create_engine(AggregationSettings(database_url=url, environment="test"))
    plan, rng = PlanIndex(load()), random.Random(1)
    writer, aggregator = EventWriter(plan.catalogue), Aggregator(plan, Clock())
    source = _Source(EventSigner("/submissions", system.event_keys.key_file("submissions"), None, Clock()))
    consumers = {
        name: BatchConsumer(
            engine,
            "aggregation",
            aggregator.apply,
            gist_of=aggregator.gist,
            verifier=verifier if name == "checked" else None,
        )
        for name, engine in engines.items()
    }
    measured = []
    try:
        opened = source.records(writer.open_period(PERIOD))
        for consumer in consumers.values():
            await consumer.consume(opened)
        for what, (size, rounds) in SIZES.items():
            took: dict[str, list[float]] = {name: [] for name in consumers}
            for round_ in range(rounds + 2):
                chosen = [rng.choice(writer.obligations) for _ in range(size)]
                records = source.records([writer.submit(o, answer_for(plan.catalogue, o.form, rng)) for o in chosen])
                for name, consumer in _in_turns(consumers, round_):
                    began = time.perf_counter()
                    await consumer.consume(records)
                    if round_ > 1:
                        took[name].append((time.perf_counter() - began) / size * 1e6)
            measured.append(
                _compared(f"checking: µs an event in {what}", took["checked"], took["unchecked"], bar="≤ 1.1")
            )
        async with engines["checked"].connect() as tx:
            if refused := await tx.scalar(sa.text("select count(*) from dead_letter")):
                raise RuntimeError(f"{refused} events were refused: nothing was measured")
    finally:
        for engine in engines.values():
            await engine.dispose()
    return measured


class _Source:
    """The records of a source, numbered, chained and signed batch by batch, as its relay sends them."""

    def __init__(self, signer: EventSigner) -> None:
        self._signer, self._sequence, self._hash = signer, 0, GENESIS

    def records(self, events: list[Event]) -> list[ConsumerRecord]:
        bodies = []
        for event in events:
            chained = number(event.to_bytes(), self._sequence + 1, self._hash)
            self._sequence, self._hash = chained.sequence, chained.hash
            bodies.append(chained.body)
        signatures = self._signer.sign([sha256(body).digest() for body in bodies])
        first = self._sequence - len(bodies)
        return [
            ConsumerRecord(
                *(event.data.topic, 0, first + at, 0, 0, event.subject.encode(), body, None, 0, len(body)),
                headers=((HEADER, signature),),
            )
            for at, (event, body, signature) in enumerate(zip(events, bodies, signatures, strict=True))
        ]


async def _reads(subject: Subject) -> list[dict[str, Any]]:
    """The whole request in this process, as a leader, who reads what was published, and as a coordinator, of whose
    looks a line is written."""
    settings = AggregationSettings(
        database_url=subject.system.databases["aggregation"],
        environment="test",
        jwks_file=subject.system.issuer.jwks_file,
        local_issuer_key_file=subject.system.issuer.key_file,
    )
    app = create_app(settings)
    kept = app.state.context
    contexts = {"policy": kept, "none": replace(kept, policy=NoPolicy(kept.policy.catalogue))}
    measured = []
    async with app.router.lifespan_context(app):
        for role in READERS:
            transport, headers = httpx.ASGITransport(app), reading_as(settings, role)
            async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
                for path in PATHS:
                    took: dict[str, list[float]] = {"policy": [], "none": []}
                    for round_ in range(READS + 10):
                        for name, context in _in_turns(contexts, round_):
                            app.state.context = context
                            seconds = await _read(client, path, without=name == "none")
                            if round_ >= 10:
                                took[name].append(seconds * 1000)
                    what = path.partition("?")[0].removeprefix("/api/v1")
                    measured.append(_compared(f"policy: ms, {role}, {what}", took["policy"], took["none"], bar="≤ 1.1"))
    return measured


async def _read(client: httpx.AsyncClient, path: str, *, without: bool) -> float:
    with ExitStack() as stack:
        if without:
            stack.enter_context(patch.multiple(Reading, _reads_published=_nothing_published, _log=_no_line))
        began = time.perf_counter()
        (await client.get(path)).raise_for_status()
        return time.perf_counter() - began


def _nothing_published(*_: object) -> bool:
    return False


def _no_line(*_: object) -> None:
    pass


def _in_turns(of: Mapping[str, Any], round_: int) -> list[tuple[str, Any]]:
    """Whoever is first is first in every other round only."""
    return sorted(of.items(), reverse=bool(round_ % 2))


def _compared(what: str, ours: list[float], floor: list[float], *, bar: str) -> dict[str, Any]:
    return {
        "what": what,
        "ours": statistics.median(ours),
        "floor": statistics.median(floor),
        "ratio": statistics.median(ours) / statistics.median(floor),
        "bar": bar,
        "p90": percentile(ours, 0.9),
        "floor_p90": percentile(floor, 0.9),
    }
