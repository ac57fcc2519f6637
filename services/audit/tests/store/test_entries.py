"""Queries that read the log."""

from uuid import uuid4

from audit.store import entries
from services.audit.tests.audit_driver import Audit
from services.audit.tests.sample_events import OTHER, UNIT, notified, opened, received


async def test_an_entry_is_found_by_its_id_for_those_of_its_unit(audit: Audit) -> None:
    event = received(uuid4())
    await audit.log(event)
    async with audit.engine.connect() as tx:
        for unit in (None, UNIT):
            entry = await entries.find(tx, event.id, unit)
            assert entry is not None and (entry.index, entry.body, entry.unit) == (0, event.to_bytes(), UNIT)
        assert await entries.find(tx, event.id, OTHER) is None
        assert await entries.find(tx, str(uuid4()), None) is None
        assert await entries.size(tx) == 1


async def test_the_form_of_an_obligation_is_that_of_any_entry_that_names_one(audit: Audit) -> None:
    obligation_id, formless = uuid4(), uuid4()
    await audit.log(opened(obligation_id), notified(obligation_id), notified(formless))
    async with audit.engine.connect() as tx:
        assert await entries.forms(tx, [str(obligation_id), str(formless)]) == {str(obligation_id): "B01-XA"}
        assert await entries.forms(tx, []) == {}
