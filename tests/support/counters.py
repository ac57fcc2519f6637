"""Counters of the kernel and of PostgreSQL: what was done, whatever the machine did besides and whoever did it."""

import asyncio
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

_COUNTED = sa.text(
    "select xact_commit + xact_rollback as ended, extract(epoch from clock_timestamp()) as moment"
    " from pg_stat_database where datname = current_database()"
)
REPORTED_SECONDS = 1.5  # a backend reports at most once a second


def wakes(pid: int) -> int:
    """How often the process has gone to sleep of itself until now, and so was woken: all its threads."""
    states = (task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/status"))
    return sum(int(state.partition("\nvoluntary_ctxt_switches:")[2].split()[0]) for state in states)


async def transactions_per_second(engine: AsyncEngine, *, seconds: float) -> float:
    """In the engine's database, of everybody but the asker. A slow machine can only make it smaller."""
    await asyncio.sleep(REPORTED_SECONDS)
    counted = []
    for pause in (seconds, 0):
        async with engine.connect() as connection:
            counted.append((await connection.execute(_COUNTED)).one())
        await asyncio.sleep(pause)
    before, after = counted
    return float(after.ended - before.ended - 1) / float(after.moment - before.moment)
