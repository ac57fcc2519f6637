"""Who may read which events."""

from uuid import uuid4

import pytest

from services.audit.tests.audit_driver import Audit
from services.audit.tests.sample_events import OTHER, UNIT, received


@pytest.mark.parametrize("role", ["auditor", "coordinator", "ops", "leader"])
async def test_these_roles_read_all(audit: Audit, role: str) -> None:
    await audit.log(received(uuid4()), received(uuid4(), unit=OTHER))
    assert len((await audit.get("/api/v1/events", role)).json()["items"]) == 2


@pytest.mark.parametrize("role", ["reporter", "head"])
async def test_a_unit_reads_its_own_events_only(audit: Audit, role: str) -> None:
    mine, others = received(uuid4()), received(uuid4(), unit=OTHER)
    await audit.log(mine, others)
    assert [i["id"] for i in (await audit.get("/api/v1/events", role, UNIT)).json()["items"]] == [mine.id]
    assert (await audit.get("/api/v1/events", role, UNIT, unit=OTHER)).status_code == 403
    assert (await audit.get("/api/v1/events", role, UNIT, unit=UNIT)).status_code == 200
    for path in (f"/api/v1/events/{others.id}", f"/api/v1/events/{others.id}/raw", f"/events/{others.id}"):
        assert (await audit.get(path, role, UNIT)).status_code == 404
    assert (await audit.get(f"/subjects/{others.subject}", role, UNIT)).status_code == 404
    assert (await audit.get(f"/api/v1/events/{mine.id}/raw", role, UNIT)).content == mine.to_bytes()


async def test_a_unit_reads_the_events_of_what_ended_in_it(audit: Audit) -> None:
    context = audit.app.state.context
    today, units = context.clock.today(), context.catalogue.units
    successor = next(unit for unit in units if context.catalogue.inherited(unit, today))
    ended = context.catalogue.inherited(successor, today)[0]
    own, of_old, others = received(uuid4(), unit=successor), received(uuid4(), unit=ended), received(uuid4(), unit="X")
    await audit.log(own, of_old, others)
    for query, found in (({}, {own.id, of_old.id}), ({"unit": ended}, {of_old.id})):
        items = (await audit.get("/api/v1/events", "reporter", successor, **query)).json()["items"]
        assert {item["id"] for item in items} == found
    paths = [f"/api/v1/events/{of_old.id}", f"/api/v1/events/{of_old.id}/raw"]
    for path in (*paths, f"/events/{of_old.id}", f"/subjects/{of_old.subject}"):
        assert (await audit.get(path, "head", successor)).status_code == 200
    assert (await audit.get(f"/events/{others.id}", "head", successor)).status_code == 404
    refused = await audit.get("/api/v1/events", "reporter", ended)
    assert (refused.status_code, refused.json()["code"]) == (403, "unit-ended")
