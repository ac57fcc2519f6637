"""One run: a system, writers, faults and injected records at the same time, then rest, then the reckoning."""

import asyncio
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from shared.events import INDICATORS, NOTIFICATIONS, SUBMISSIONS
from tests.resilience.actors.ledger import Ledger
from tests.resilience.actors.writers import Writers
from tests.resilience.judging.checker import Checker, Row, table
from tests.resilience.judging.lie import found_out, with_another_boy
from tests.resilience.schedule import Kind, Planned, kinds, plan
from tests.resilience.settling import settle
from tests.resilience.stage.faults import Driver
from tests.resilience.stage.injection import Injector
from tests.resilience.stage.journal import Journal
from tests.resilience.stage.system import System

WARM_UP_ACTS = 40
WARM_UP_SECONDS = 60.0
# Checks wait for their rows to come true, though the system has settled: a mail whose sender was killed goes out again
# only after its lease. With a planted bug nothing is worth waiting for.
WAIT_SECONDS, PLANTED_WAIT_SECONDS = 30.0, 5.0
# A mail may follow a report by this much when no process of ours is harmed; after an outage, by any time.
GRACE = timedelta(seconds=20)

# The rarest act comes every three seconds or so; in a shorter run it may be wanting by chance.
LONG_ENOUGH = 40.0
REFUSED = ("invalid", "stale", "no reason", "decided", "reused key")
DONE = ("submit", "accept", "return", "withdraw", "sent twice", *(f"refused: {what}" for what in REFUSED))


@dataclass(frozen=True)
class Form:
    """How a run goes. `only_brokers`: nothing but a broker dies, and then no request may fail."""

    seconds: float = 60.0
    faults: int = 30
    nodes: int = 1
    writers: int = 6
    plant: str | None = None
    only_brokers: bool = False


def run(seed: int, form: Form, *, keep: bool = False) -> bool:
    """Whether everything was right. The folder is kept when it was not, and named."""
    print(f"seed {seed}: {form}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="tiendo-resilience-"))
    system = System(folder, nodes=form.nodes, plant=form.plant)
    began = time.monotonic()
    right = False
    try:
        system.start()
        print(
            f"{len(system.processes)} processes after {time.monotonic() - began:.0f} s, logs in {system.workspace.logs}"
        )
        rows = asyncio.run(_run(system, seed, form))
        print(table(rows), flush=True)
        right = all(row.ok for row in rows)
    finally:
        system.stop()
        if right and not keep:
            system.remove()
        else:
            print(f"Kept: {folder}")
    print(f"seed {seed}: {'right' if right else 'WRONG'}, {time.monotonic() - began:.0f} s in all", flush=True)
    return right


async def _run(system: System, seed: int, form: Form) -> list[Row]:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    rng = Random(seed)
    ledger = Ledger()
    journal = Journal(system.workspace.logs / "journal.log")
    driver = Driver(system, journal)
    injector = Injector(system.bootstrap, Random(rng.random()), driver.kafka, idempotent=system.brokers.idempotent)
    planned = _plan(system, Random(rng.random()), form)
    writers = Writers(system.urls, system.token, ledger, rng, form.writers, strict=form.only_brokers)
    until = asyncio.Event()
    writing = asyncio.create_task(writers.run(until))
    try:
        await _warm(ledger, writing)
        journal.begin()
        async with asyncio.TaskGroup() as together:
            together.create_task(asyncio.sleep(form.seconds))
            together.create_task(driver.run(planned))
            if not form.only_brokers:
                together.create_task(injector.run(form.seconds, journal.injected))
    except BaseException:
        writing.cancel()
        raise
    until.set()
    await writing
    print(f"writers: {dict(sorted(ledger.counts.items()))}", flush=True)
    began = time.monotonic()
    waiting = await settle(system)
    journal.write("settled", note=f"after {time.monotonic() - began:.1f} s")
    wait = PLANTED_WAIT_SECONDS if form.plant else WAIT_SECONDS
    grace = GRACE if form.only_brokers else None
    checker = Checker(system.urls, system.issuer.token, ledger, injector.injected, wait_seconds=wait, grace=grace)
    checked = await checker.run()
    rows = [*checked, *_own(system, driver, len(planned), waiting)]
    if form.seconds >= LONG_ENOUGH:
        rows.append(_did_all(ledger))
    if form.plant is None:
        lie = with_another_boy(checker.ledger)
        lying = Checker(system.urls, system.issuer.token, lie, injector.injected, wait_seconds=0)
        rows.append(found_out(checked, await lying.run()))
    return rows


def _plan(system: System, rng: Random, form: Form) -> list[Planned]:
    processes, proxies = tuple(system.processes), tuple(system.proxies)
    if form.only_brokers:
        brokers = tuple(n for n in processes if n.startswith("broker-"))
        return plan(rng, [Kind("kill", 1, (0.0, 3.0), brokers, rest=15.0)], form.seconds, form.faults)
    possible = kinds(processes, proxies, (SUBMISSIONS, INDICATORS, NOTIFICATIONS), durable=system.brokers.idempotent)
    return plan(rng, possible, form.seconds, form.faults)


async def _warm(ledger: Ledger, writing: "asyncio.Task[None]") -> None:
    """Until there is something to lose."""
    deadline = time.monotonic() + WARM_UP_SECONDS
    while sum(map(len, ledger.acts.values())) < WARM_UP_ACTS and not writing.done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"fewer than {WARM_UP_ACTS} acts in {WARM_UP_SECONDS:.0f} s without any fault")
        await asyncio.sleep(0.1)


def _did_all(ledger: Ledger) -> Row:
    missing = tuple(what for what in DONE if not ledger.counts[what])
    return Row(
        "writers: did all they can do", f"{len(DONE)} kinds", f"{len(DONE) - len(missing)}", not missing, missing
    )


def _own(system: System, driver: Driver, planned: int, waiting: list[str]) -> list[Row]:
    """What this half saw itself."""
    failures = tuple(driver.journal.failures)
    alone = tuple(f"{e.name} ended with {e.code}" for e in system.supervisor.ended if not e.asked)
    return [
        Row("system: at rest after the faults", "nothing waits", f"{len(waiting)} wait", not waiting, tuple(waiting)),
        Row(
            "system: SIGTERM ends with 0 in 30 s",
            f"{driver.stops} stops",
            f"{len(failures)} failed",
            not failures,
            failures,
        ),
        Row("system: nobody ended by itself", "0", str(len(alone)), not alone, alone),
        Row("faults done", str(planned), str(driver.done), planned == driver.done),
    ]
