"""The application over HTTP, as a person with a token of a key of its own would use it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.access import Role
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.events import Event, parse
from submissions.settings import SubmissionsSettings
from tiendo_local.issuer import Issuer

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


COMMUNE = "24736@2025-07-01"


OTHER = "24646@2025-07-01"


class StandingClock(Clock):
    """A clock that stands where a test puts it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class ApiClient:
    """Sends requests to the application as a person of the role and unit that a test names."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    issuer: Issuer
    clock: StandingClock
    catalogue: Catalogue
    settings: SubmissionsSettings
    app: Any
    statements: list[str] = field(default_factory=list)

    async def get(
        self, path: str, role: Role = "coordinator", unit: str = "SO_NOI_VU", **options: Any
    ) -> httpx.Response:
        return await self.send("GET", path, role, unit, **options)

    async def post(self, path: str, body: Any, role: Role, unit: str, **options: Any) -> httpx.Response:
        return await self.send("POST", path, role, unit, json=body, **options)

    async def send(
        self, method: str, path: str, role: Role, unit: str, *, subject: str | None = None, **options: Any
    ) -> httpx.Response:
        token = self.issuer.token(role, unit, subject=subject)
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def open(self, period: str = "2026", opener: str = "SO_NOI_VU") -> dict[str, Any]:
        answer = await self.post("/api/v1/obligations/opening", {"period": period}, "coordinator", opener)
        assert answer.status_code == 200, answer.text
        counts: dict[str, Any] = answer.json()
        return counts

    async def obligation_id(
        self, form: str = "B01-XA", unit: str = COMMUNE, period: str = "2026", opener: str = "SO_NOI_VU"
    ) -> str:
        """The id of an obligation, opened when it is not yet."""
        query = {"form": form, "unit": unit, "period": period}
        if not (items := (await self.get("/api/v1/obligations", unit=opener, params=query)).json()["items"]):
            await self.open(period, opener)
            items = (await self.get("/api/v1/obligations", unit=opener, params=query)).json()["items"]
        return str(items[0]["id"])

    async def submit(
        self, obligation_id: str, body: dict[str, Any], unit: str = COMMUNE, **options: Any
    ) -> httpx.Response:
        return await self.post(f"/api/v1/obligations/{obligation_id}/submissions", body, "reporter", unit, **options)

    async def decide(self, submission: str, decision: str, reason: str | None = None, **options: Any) -> httpx.Response:
        path = f"/api/v1/submissions/{submission}/decision"
        body = {"decision": decision, "reason": reason}
        return await self.post(path, body, "coordinator", "SO_NOI_VU", **options)

    async def withdraw(self, submission: str, reason: str = "Nhầm kỳ", unit: str = COMMUNE) -> httpx.Response:
        return await self.post(f"/api/v1/submissions/{submission}/withdrawal", {"reason": reason}, "head", unit)

    async def events(self, subject: str | None = None) -> list[Event]:
        """The events of the outbox, in the order they were written."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(sa.text("select value from outbox order by id"))
            events = [parse(bytes(row.value)) for row in rows]
        return [event for event in events if subject is None or event.subject == subject]

    async def value(self, statement: str) -> Any:
        async with self.engine.connect() as connection:
            return await connection.scalar(sa.text(statement))

    async def count(self, table: str) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(sa.text(f"select count(*) from {table}")) or 0)
