"""Putting the rebuilt tables in the place of the live ones, in one transaction."""

import asyncio

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rebuild.errors import CouldNotSwap
from aggregation.rebuild.shadow import RETIRED, SCHEMA
from aggregation.rules.records import ValueKey
from aggregation.store.checksum import lines
from aggregation.store.tables import STATE, indicator_value

# Shorter in all than PostgreSQL's `deadlock_timeout` (1 s): a reader that already holds one of the tables and waits for
# another must never be the one that is ended; we give way and try again.
LOCK_TIMEOUT_MS = 150
TRIES = 60
PAUSE_SECONDS = 0.1
LOCK_NOT_AVAILABLE = "55P03"
EXAMPLES = 5

_LIVE = ", ".join(f"public.{table.name}" for table in STATE)
_REBUILT = ", ".join(f"{SCHEMA}.{table.name}" for table in STATE)
_KEYS = "measure, unit, period, basis"
_CARRY_OVER = sa.text(
    f"""
    update {SCHEMA}.indicator_value v set as_of = stood.as_of
    from public.indicator_value stood
    join ({lines(indicator_value, "public", with_empty=True)}) old using ({_KEYS})
    join ({lines(indicator_value, SCHEMA, with_empty=True)}) new using ({_KEYS})
    where (v.measure, v.unit, v.period, v.basis) = (stood.measure, stood.unit, stood.period, stood.basis)
      and old.line = new.line and v.as_of <> stood.as_of
    """
)
_CHANGED = sa.text(
    f"""
    select {_KEYS} from ({lines(indicator_value, "public")}) old
    full join ({lines(indicator_value, SCHEMA)}) new using ({_KEYS})
    where old.line is distinct from new.line
    """
)
_INSERT_CLAIMS = sa.text(
    f"insert into public.inbox (event_id) select event_id from {SCHEMA}.awaited order by 1 on conflict do nothing"
)

# Whoever may read or write the live table may do so with the rebuilt one, whoever granted it.
_RIGHTS = sa.text(
    f"""
    select format('grant %s on {SCHEMA}.%I to %s', string_agg(privilege_type, ', '), relname,
                  case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)
    from pg_class, aclexplode(relacl)
    where relnamespace = 'public'::regnamespace and relname = any(:tables) and grantee <> relowner
    group by relname, grantee
    """
)

# Content that came, and the version of the last event, never go away again; a dead letter never applied left neither.
_LOST = sa.text(
    f"""
    with lost as (
      select old.obligation_id::text as place from public.obligation old
      left join {SCHEMA}.obligation new using (obligation_id)
      where new.obligation_id is null
      union all
      select old.obligation_id || '/' || old.number from public.revision old
      left join {SCHEMA}.revision new using (obligation_id, number)
      where new.number is null or new.version < old.version
         or (new.observations is null and old.observations is not null)
    )
    select count(*) as rows, (select array_agg(place) from (select place from lost order by place limit {EXAMPLES}) few)
    from lost
    """
)


async def make_ready(tx: AsyncConnection) -> None:
    """Statistics of the rebuilt tables: without them, readers would wait for scans of whole tables after the swap."""
    await tx.execute(sa.text(f"analyze {_REBUILT}"))


async def keep_vacuum_away(tx: AsyncConnection) -> None:
    """Autovacuum gives way only to whoever waits for a second, which we must not do later on. Disturbs nobody else."""
    await tx.execute(sa.text("set local lock_timeout = '10s'"))
    await tx.execute(sa.text(f"lock table {_LIVE}, {_REBUILT} in share update exclusive mode"))
    await tx.execute(sa.text("set local lock_timeout = 0"))


async def carry_over(tx: AsyncConnection) -> None:
    """A value that says the same stands since when it stood."""
    await tx.execute(_CARRY_OVER)


async def changed_values(tx: AsyncConnection) -> list[ValueKey]:
    return [ValueKey(*row) for row in await tx.execute(_CHANGED)]


async def copy_inbox_claims(tx: AsyncConnection) -> None:
    """Live never applies again what the shadow has applied. Runs before the lock is taken, as in the consumer."""
    await tx.execute(_INSERT_CLAIMS)


async def refuse_loss(tx: AsyncConnection) -> None:
    """Raises `CouldNotSwap` when live has an obligation or a revision that the rebuilt tables lack or have with less.

    This is the last check that the origin was complete. Nothing else proves it: a topic that begins at offset 0 may
    have been created again, the log may hold an event as a dead letter or have a gap, the inbox forgets, and an event
    that this program can no longer read has no id. Events only add rows to these tables, and only a swap removes rows.
    Dead letters were never applied, so they left no rows. So live has more only when somebody changed its tables by
    hand; `--partial` is for that case. The caller holds the lock of the live schema.
    """
    ((rows, few),) = await tx.execute(_LOST)
    if rows:
        raise CouldNotSwap(
            f"{rows:,} obligations or revisions that live knows are not in the rebuilt tables, or with less: their "
            f"effect would be lost, for instance {', '.join(few)} (--partial swaps all the same)"
        )


async def exchange(tx: AsyncConnection) -> None:
    """The caller holds the lock of the live schema. Readers wait for the last few milliseconds of this transaction."""
    await _take(tx)
    for grant in (await tx.execute(_RIGHTS, {"tables": [table.name for table in STATE]})).scalars():
        await tx.execute(sa.text(grant))
    await tx.execute(sa.schema.CreateSchema(RETIRED))
    for table in STATE:
        await tx.execute(sa.text(f"alter table public.{table.name} set schema {RETIRED}"))
        await tx.execute(sa.text(f"alter table {SCHEMA}.{table.name} set schema public"))


async def _take(tx: AsyncConnection) -> None:
    await tx.execute(sa.text(f"set local lock_timeout = {LOCK_TIMEOUT_MS}"))
    for _ in range(TRIES):
        try:
            async with tx.begin_nested():
                await tx.execute(sa.text(f"lock table {_LIVE} in access exclusive mode"))
            return
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            await asyncio.sleep(PAUSE_SECONDS)
    raise CouldNotSwap(f"readers held the tables through {TRIES} tries to replace them: try again")
