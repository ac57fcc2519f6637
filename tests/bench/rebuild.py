"""A million facts computed anew from the audit log and compared: `python -m tests.bench.rebuild [FACTS] [--swap]`.

Not part of `make bench`: it takes minutes. The reports are synthetic, on the catalogue's units, forms and years; as no
plan owes so many, each duty is opened many times over, which makes the sums longer than they ever are.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from audit.settings import AuditSettings
from audit.worker import log_events
from services.aggregation.tests.drivers.event_writer import EventWriter, record_of
from services.aggregation.tests.test_recomputation import answer_for
from shared.catalogue import Catalogue, load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.database.migration import migrate
from shared.events import Event
from shared.messaging import BatchConsumer
from tiendo_local.issuer import Issuer
from tiendo_local.servers.postgres import Postgres

YEARS = range(2021, 2031)
FACTS_PER_DUTY = 17.0  # a little less than the mean over a year's forms
BATCH = 500  # as the worker takes them


def history(catalogue: Catalogue, facts: int, rng: random.Random) -> Iterator[Event]:
    """Year by year, every unit in turn: opened, answered, three in ten accepted."""
    duties = int(facts / FACTS_PER_DUTY) // len(YEARS)
    for year in YEARS:
        writer = EventWriter(catalogue)
        template = EventWriter(catalogue)
        template.open_period(str(year))
        for duty in islice(cycle(template.obligations), duties):
            opened, event = writer.open(duty.form, duty.unit, duty.period)
            yield event
            yield writer.submit(opened, answer_for(catalogue, duty.form, rng))
            if rng.random() < 0.3:
                yield writer.decide(opened, "accepted")
            writer.obligations.clear()


def batches(events: Iterator[Event], size: int) -> Iterator[list[Event]]:
    while batch := list(islice(events, size)):
        yield batch


async def fill(log: AsyncEngine, live: AsyncEngine, plan: PlanIndex, facts: int) -> tuple[int, float]:
    """Events, and the seconds in which live applied them."""
    audit = BatchConsumer(log, "audit", log_events(Clock()))
    worker = BatchConsumer(live, "aggregation", Aggregator(plan, Clock()).apply)
    count, seconds = 0, 0.0
    for batch in batches(history(plan.catalogue, facts, random.Random(1)), BATCH):
        records = [record_of(event, count + n) for n, event in enumerate(batch)]
        await audit.consume(records)
        begin = time.monotonic()
        await worker.consume(records)
        seconds += time.monotonic() - begin
        count += len(batch)
        if count % (40 * BATCH) == 0:
            print(f"  {count:,} events live, {count / seconds:,.0f} a second", file=sys.stderr, flush=True)
    return count, seconds


def ready(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(url + "/readyz", timeout=5).raise_for_status()
            return
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rebuild", description=__doc__)
    parser.add_argument("facts", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--swap", action="store_true")
    given = parser.parse_args(argv)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tiendo-rebuild-")))
        folder.chmod(0o755)
        server = Postgres(folder / "postgres")
        stack.callback(server.stop)
        server.start()
        server.create_role("bench")
        for name in ("audit", "aggregation"):
            server.create_database(name, owner="bench")
        urls = {name: server.url(name, role="bench", driver="+asyncpg") for name in ("audit", "aggregation")}
        for name, url in urls.items():
            migrate(url, name)
        count, seconds = asyncio.run(_fill(urls, given.facts))
        print(f"live      {count:,} events in {seconds:.1f} s, {count / seconds:,.0f} a second", flush=True)
        issuer = Issuer(folder / "issuer")
        port = 18_904
        environment = {
            **os.environ,
            "ENVIRONMENT": "local",
            "JWKS_FILE": str(issuer.jwks_file),
            "AUDIT_DATABASE_URL": urls["audit"],
            "AUDIT_PORT": str(port),
            "AUDIT_URL": f"http://127.0.0.1:{port}",
            "AGGREGATION_DATABASE_URL": urls["aggregation"],
            "AUDIT_TOKEN": issuer.token("auditor", "DAK_NONG"),
        }
        with (folder / "audit.log").open("wb") as output:
            api = subprocess.Popen([sys.executable, "-m", "audit", "api"], env=environment, stdout=output)
        stack.callback(api.wait)
        stack.callback(api.terminate)
        ready(environment["AUDIT_URL"])
        command = [sys.executable, "-m", "aggregation", "replay", "--from-log", *(["--swap"] if given.swap else [])]
        begin = time.monotonic()
        done = subprocess.run(command, env=environment, check=False)
        took = time.monotonic() - begin
        print(f"replay    {took:.1f} s, {count / took:,.0f} events a second in all, exit code {done.returncode}")
        return done.returncode


async def _fill(urls: dict[str, str], facts: int) -> tuple[int, float]:
    log = create_engine(AuditSettings(database_url=urls["audit"], environment="test"))
    live = create_engine(AggregationSettings(database_url=urls["aggregation"], environment="test"))
    try:
        return await fill(log, live, PlanIndex(load()), facts)
    finally:
        await log.dispose()
        await live.dispose()


if __name__ == "__main__":
    sys.exit(main())
