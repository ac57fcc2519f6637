"""What a database was asked, by PostgreSQL's own counters: no fault of ours can hide a question from them."""

import asyncio

from ..conftest import ServiceProbe

_COUNTED = (
    "select xact_commit + xact_rollback as ended, extract(epoch from clock_timestamp()) as moment from pg_stat_database"
    " where datname = current_database()"
)
REPORTED_SECONDS = 1.5  # a backend reports at most once a second


async def transactions_per_second(probe: ServiceProbe, *, seconds: float) -> float:
    """Of everybody but the asker, once it has been quiet for a moment. A slow machine can only make it smaller."""
    await asyncio.sleep(REPORTED_SECONDS)
    before = (await probe.rows(_COUNTED))[0]
    await asyncio.sleep(seconds)
    after = (await probe.rows(_COUNTED))[0]
    return float(after.ended - before.ended - 1) / float(after.moment - before.moment)
