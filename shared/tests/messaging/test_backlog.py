"""What waits in a service's database, in one statement."""

from collections.abc import Callable

import sqlalchemy as sa

from shared.database.engine import create_engine
from shared.messaging import messaging_tables
from shared.messaging.backlog import Backlog, read_backlog

from .conftest import ProbeSettings

OUTBOX = """insert into outbox (topic, key, event_id, value, created_at)
  select 't', 'k', n::text, 'v', now() - make_interval(secs => {seconds}) from generate_series(1, 3) n"""
LETTERS = """insert into dead_letter (topic, partition, "offset", timestamp_ms, headers, reason, state, created_at)
  values ('t', 0, 1, 1, '[]', 'r', 'open', '2026-11-29T20:00Z'), ('t', 0, 2, 1, '[]', 'r', 'discarded', now()),
    ('t', 0, 3, 1, '[]', 'r', 'open', now())"""


async def test_what_waits_is_counted_in_one_statement(database: Callable[[str], str]) -> None:
    engine = create_engine(ProbeSettings(database_url=database("waiting"), environment="test"))
    metadata = sa.MetaData()
    messaging_tables(metadata)
    statements: list[str] = []
    async with engine.begin() as tx:
        await tx.run_sync(metadata.create_all)
        assert await read_backlog(tx) == Backlog(0, 0.0, 0, None)
        await tx.execute(sa.text(OUTBOX.format(seconds=90)))
        await tx.execute(sa.text(LETTERS))
        sa.event.listen(
            engine.sync_engine, "before_cursor_execute", lambda _, __, statement, *___: statements.append(statement)
        )
        found = await read_backlog(tx)
    await engine.dispose()
    assert len(statements) == 1
    assert (found.outbox, found.dead_letters) == (3, 2)
    assert 90 <= found.oldest_seconds < 120
    assert found.oldest_letter_at is not None and found.oldest_letter_at.hour == 20
    assert found.is_late and found.things == 3


def test_an_outbox_that_empties_is_nobody_s_work() -> None:
    waiting = Backlog(outbox=500, oldest_seconds=59.9, dead_letters=0, oldest_letter_at=None)
    assert not waiting.is_late and waiting.things == 0
