"""What a report costs: CPU of every process of the system, counted while many come in, and the memory afterwards.

The issue's yardstick beside it: eight clients at once, and one alone, against DHIS2 2.43 on a machine of this size.
"""

import asyncio
import os
import statistics
import time
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from tests.bench.load import Connection, percentile
from tests.bench.subject import Subject, submission_body

CLIENTS = 8
WARM_UP = 4_000
REPORTS = 20_000
ALONE = 500
BOYS = range(106, 118)
TICKS = os.sysconf("SC_CLK_TCK")


async def measure(subject: Subject) -> list[dict[str, Any]]:
    """One client alone, then eight until `REPORTS` are in and every service has taken them in."""
    system = subject.system
    subject.start_services()
    duties = await subject.duties(CLIENTS)
    await _send(subject, duties, WARM_UP)  # a broker that has just been started spends its time compiling itself
    await settled(subject)
    alone = await _send(subject, duties[:1], ALONE)
    await settled(subject)
    moved = await _values_moved(subject)
    before, began = cpu(subject), time.monotonic()
    taken = await _send(subject, duties, REPORTS)
    rate = REPORTS / (time.monotonic() - began)
    await settled(subject)
    until_settled = time.monotonic() - began
    moved = await _values_moved(subject) - moved
    if moved < REPORTS / 100:
        raise RuntimeError(f"only {moved} values moved: the chain had nothing to do")
    spent = {name: (after - before[name]) / REPORTS * 1000 for name, after in cpu(subject).items()}
    memory = {name: _memory(child.pid) for name, child in system.services.items()}
    return [
        {
            "what": "one client, ms a report, p50; DHIS2 2.43 beside it",
            "ours": percentile(alone, 0.5) * 1000,
            "floor": 14.0,
            "ratio": percentile(alone, 0.5) * 1000 / 14.0,
            "bar": "≤ 7 ms",
        },
        {
            "what": f"{CLIENTS} clients, reports/s, the whole chain behind them; DHIS2 beside it",
            "ours": rate,
            "floor": 166.0,
            "ratio": rate / 166.0,
            "bar": "≥ 3 times",
            "p50_ms": percentile(taken, 0.5) * 1000,
            "p99_ms": percentile(taken, 0.99) * 1000,
            "until_settled": REPORTS / until_settled,
            "values_moved": moved,
        },
        {
            "what": "CPU of all processes, ms a report; DHIS2's intake alone beside it",
            "ours": sum(spent.values()),
            "floor": 11.6,
            "ratio": sum(spent.values()) / 11.6,
            "bar": "≤ 7 ms",
            **{name: round(ms, 2) for name, ms in spent.items()},
        },
        {
            "what": f"memory of the largest service after {WARM_UP + ALONE + REPORTS} reports, MiB",
            "ours": max(memory.values()),
            "floor": statistics.median(memory.values()),
            "ratio": max(memory.values()) / statistics.median(memory.values()),
            "bar": "≤ 150",
            **memory,
        },
    ]


async def _send(subject: Subject, duties: list[dict[str, Any]], reports: int) -> list[float]:
    """Seconds of each report, from sending it to its receipt."""
    seconds: list[float] = []

    async def client(duty: dict[str, Any]) -> None:
        # Other figures each time: a report that says what is known moves no value.
        bodies = cycle(submission_body(duty, boys=boys, reason="Đo chi phí") for boys in BOYS)
        async with Connection(subject.system.ports["submissions"]) as connection:
            while len(seconds) < reports:
                headers = {
                    "Authorization": f"Bearer {duty['token']}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": str(uuid4()),
                }
                answer = await connection.post(f"/api/v1/obligations/{duty['id']}/submissions", headers, next(bodies))
                if answer.status != 201:
                    raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")
                seconds.append(answer.at - answer.sent)

    await asyncio.gather(*(client(duty) for duty in duties))
    return seconds


async def settled(subject: Subject) -> None:
    """Until every service has taken in what was sent, and sent on what came of it."""
    urls = subject.system.databases
    engines = {name: create_async_engine(url) for name, url in urls.items()}
    waiting = sa.text("select count(*) from outbox")
    try:
        async with asyncio.timeout(600):
            quiet = 0
            counts: list[int] = []
            while quiet < 3:
                found = []
                for engine in engines.values():
                    async with engine.connect() as tx:
                        found.append(int(await tx.scalar(waiting) or 0))
                        found.append(int(await tx.scalar(sa.text("select count(*) from inbox")) or 0))
                quiet = quiet + 1 if found == counts and not any(found[::2]) else 0
                counts = found
                await asyncio.sleep(0.5)
    finally:
        for engine in engines.values():
            await engine.dispose()


async def _values_moved(subject: Subject) -> int:
    engine = create_async_engine(subject.system.databases["aggregation"])
    try:
        async with engine.connect() as tx:
            return int(await tx.scalar(sa.text("select count(*) from indicator_history")) or 0)
    finally:
        await engine.dispose()


def cpu(subject: Subject) -> dict[str, float]:
    """Seconds that each part of the system has used, PostgreSQL with all its processes, ended ones, too."""
    system = subject.system
    used = {name: _seconds(child.pid) for name, child in system.services.items()}
    for name, child in (("postgres", system.postgres.child), ("broker", system.broker.child)):
        if child is None:
            raise RuntimeError(f"the {name} is not ours: what it costs cannot be counted")
        used[name] = _seconds(child.pid) + sum(_seconds(pid) for pid in _children(child.pid))
    return used


def _seconds(pid: int) -> float:
    """User and system time of a process and of those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / TICKS


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def _memory(pid: int) -> int:
    """Resident MiB."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))
