"""A database that was in use before it kept positions takes its group at its word, also after a quiet time."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.database.migration import migrate
from shared.messaging.restore.position_check import trusts

from .test_dead_letters import engine_of

BEFORE = {"submissions": "0006", "aggregation": "0008", "notifications": "0007", "audit": "0009"}


async def is_trusted(url: str) -> bool:
    engine = create_async_engine(make_url(url), poolclass=NullPool)
    async with engine.connect() as tx:
        return await trusts(tx)


@pytest.mark.parametrize("service", BEFORE)
async def test_what_was_used_is_told_from_what_is_new(service: str, database: Callable[[str], str]) -> None:
    """Taken for a restored backup, an upgraded service reads nothing and sends no mail until somebody comes."""
    used, fresh, unused = database(service), database(service), database(service)
    for url in (used, unused):
        migrate(url, service, BEFORE[service])
    with engine_of(used).begin() as tx:  # its inbox is forgotten
        tx.execute(sa.text("insert into relay_head (source, sequence, hash) values (:s, 7, 'x')"), {"s": f"/{service}"})
    for url in (used, fresh, unused):
        migrate(url, service)
    assert [await is_trusted(url) for url in (used, fresh, unused)] == [True, False, False]
