"""What stands in the addresses of each service: a thing of the own unit, and the same of another unit."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.commands.seed_contacts import seed_contacts
from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE
from services.audit.tests.sample_events import received
from services.notifications.tests.service import START, ObligationEvents, Parts, StandingClock
from services.submissions.tests.reports import commune_report
from tiendo_local.issuer import Issuer

OWN, OTHER, ENDED, UNKNOWN = "24736@2025-07-01", "24615@2025-07-01", "24736@2021-01-01", "SO_KHONG_CO"
Names = dict[str, str]


@dataclass(frozen=True)
class Running:
    """A service on a database of its own, and whoever signs for it."""

    app: FastAPI
    engine: AsyncEngine
    client: httpx.AsyncClient
    issuer: Issuer

    async def ask(self, method: str, address: str, role: str, unit: str, **sent: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.issuer.token(role, unit)}"}
        return await self.client.request(method, address, headers=headers, **sent)


async def of_submissions(running: Running, unit: str) -> Names:
    await running.ask("POST", "/api/v1/obligations/opening", "ops", "DAK_NONG", json={"period": "2026"})
    query = {"form": "B01-XA", "unit": unit, "period": "2026"}
    listed = await running.ask("GET", "/api/v1/obligations", "reporter", unit, params=query)
    obligation = listed.json()["items"][0]["id"]
    path = f"/api/v1/obligations/{obligation}/submissions"
    sent = await running.ask("POST", path, "reporter", unit, json=commune_report())
    return {"obligation_id": obligation, "submission_id": sent.json()["id"]}


async def of_aggregation(running: Running, unit: str) -> Names:
    return {"code": "4.1", "letter_id": "1"}


async def of_notifications(running: Running, unit: str) -> Names:
    state = running.app.state
    parts = Parts(running.engine, state.settings, StandingClock(START), state.catalogue)
    await seed_contacts(running.engine, state.catalogue, parts.channels, parts.clock)
    owed = ObligationEvents(unit=unit)
    await parts.consume(owed.opened())
    async with running.engine.connect() as tx:
        query = sa.text("select id from reminder where obligation_id = :id limit 1")
        reminder = await tx.scalar(query, {"id": owed.id})
    return {"reminder_id": str(reminder), "unit": unit, "letter_id": "1"}


async def of_audit(running: Running, unit: str) -> Names:
    audit = Audit(running.app.state.settings, running.engine, running.app, running.client, running.issuer)
    event = received(uuid4(), unit=unit)
    await audit.log(event)
    logged = await running.ask("POST", "/api/v1/inspections", "auditor", "SO_Y_TE", json=CASE | {"unit": unit})
    return {
        "event_id": event.id,
        "subject:path": event.subject,
        "inspection_id": logged.json()["id"],
        "letter_id": "1",
    }


THINGS: dict[str, Callable[[Running, str], Awaitable[Names]]] = {
    "submissions": of_submissions,
    "aggregation": of_aggregation,
    "notifications": of_notifications,
    "audit": of_audit,
}
