"""Queries that read the log."""

import re
from uuid import uuid4

import sqlalchemy as sa

from audit.rules.search import Search
from audit.store import entries
from services.audit.tests.audit_driver import Audit
from services.audit.tests.sample_events import OTHER, UNIT, notified, opened, received


async def test_an_entry_is_found_by_its_id_for_those_of_its_unit(audit: Audit) -> None:
    event = received(uuid4())
    await audit.log(event)
    async with audit.engine.connect() as tx:
        for units in ((), (UNIT,), (OTHER, UNIT)):
            entry = await entries.find(tx, event.id, units)
            assert entry is not None and (entry.index, entry.body, entry.unit) == (0, event.to_bytes(), UNIT)
        assert await entries.find(tx, event.id, (OTHER,)) is None
        assert await entries.find(tx, str(uuid4()), ()) is None
        assert await entries.size(tx) == 1


async def test_the_form_of_an_obligation_is_that_of_any_entry_that_names_one(audit: Audit) -> None:
    obligation_id, formless = uuid4(), uuid4()
    await audit.log(opened(obligation_id), notified(obligation_id), notified(formless))
    async with audit.engine.connect() as tx:
        assert await entries.forms(tx, [str(obligation_id), str(formless)]) == {str(obligation_id): "B01-XA"}
        assert await entries.forms(tx, []) == {}


async def test_a_plan_for_any_id_reads_the_indexes_of_what_only_the_data_say(audit: Audit) -> None:
    """A generic plan knows no parameter, so what names the index may be none."""
    ran: list[str] = []
    sa.event.listen(audit.engine.sync_engine, "before_cursor_execute", lambda *values: ran.append(values[2]))
    async with audit.engine.connect() as tx:
        await entries.search(tx, Search(q=("a", "b")), None, 10)
    nulls = ", ".join(["null"] * len(set(re.findall(r"\$[0-9]+", ran[0]))))
    async with audit.engine.begin() as tx:
        for setting in ("plan_cache_mode = force_generic_plan", "enable_seqscan = off", "enable_indexscan = off"):
            await tx.execute(sa.text(f"set local {setting}"))
        await tx.exec_driver_sql(f"prepare search as {ran[0]}")
        plan = "\n".join((await tx.exec_driver_sql(f"explain execute search({nulls})")).scalars())
        await tx.exec_driver_sql("deallocate search")
    for name in ("submission_id", "content_sha256"):
        assert re.search(rf"Index Cond: .*\(data ->> '{name}'::text\) = ANY", plan), plan
