"""The shadow: made and removed, one at a time."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.shadow import shadow_schema
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.rebuild.driver import owning_engine, rebuild, run
from shared.catalogue import Catalogue
from shared.events import Event


async def test_what_a_rebuild_leaves(engine: AsyncEngine, plan: PlanIndex, history: list[Event]) -> None:
    """The schema as migrations made it, no shadow, a row and an event."""
    shape = (
        "select schemaname, indexname, indexdef from pg_indexes where schemaname not like 'pg%' order by 1, 2",
        "select table_name, column_name, ordinal_position, column_default, is_nullable, data_type "
        "from information_schema.columns where table_schema = 'public' order by 1, 3",
        "select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace "
        "order by 1, 2",
        "select relname, reloptions, obj_description(oid) from pg_class where relnamespace = 'public'::regnamespace "
        "order by 1",
        "select a.attrelid::regclass::text, attname, col_description(attrelid, attnum) from pg_attribute a "
        "join pg_class c on c.oid = attrelid and relnamespace = 'public'::regnamespace and relkind = 'r' order by 1, 2",
        # Without them whoever serves would stand before closed tables.
        "select relname, relowner::regrole::text, grantee::regrole::text, privilege_type "
        "from pg_class, aclexplode(relacl) where relnamespace = 'public'::regnamespace order by 1, 3, 4",
    )
    before = [await run(engine, query) for query in shape]
    result = await rebuild(engine, plan, history, swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped
    after = [await run(engine, query) for query in shape]
    assert after == before
    assert not await run(engine, "select 1 from pg_namespace where nspname in ('shadow', 'retired')")
    ((equal, swapped, by),) = await run(engine, "select equal, swapped, started_by from rebuild")
    assert (equal, swapped, by) == (True, True, "test")


async def test_one_rebuild_at_a_time(engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue) -> None:
    owning = owning_engine(engine)
    async with shadow_schema(owning):
        with pytest.raises(CouldNotCompare, match="another"):
            await rebuild(engine, plan, [])
    await owning.dispose()
    assert (await rebuild(engine, plan, [])).rebuilt.equal
