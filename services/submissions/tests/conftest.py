"""The service on a real PostgreSQL, with a clock that stands on 24 November 2026 and tokens of a key of its own."""

import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.auth import Role
from shared.catalogue import Catalogue, load
from shared.clock import Clock
from shared.events import Event, parse
from submissions.app import create_app
from submissions.rules.form import FormRules, rules_of
from submissions.settings import SubmissionsSettings
from tiendo_local.issuer import Issuer

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
COMMUNE = "24736@2025-07-01"
OTHER = "24646@2025-07-01"
COUNTER = itertools.count()


class StandingClock(Clock):
    """A clock that stands where a test puts it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class ApiClient:
    """The application, asked over HTTP by whoever a test says."""

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

    async def send(self, method: str, path: str, role: Role, unit: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.issuer.token(role, unit)}", **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def open(self, period: str = "2026", opener: str = "SO_NOI_VU") -> dict[str, Any]:
        answer = await self.post("/api/v1/obligations/opening", {"period": period}, "coordinator", opener)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def obligation_id(
        self, form: str = "B01-XA", unit: str = COMMUNE, period: str = "2026", opener: str = "SO_NOI_VU"
    ) -> str:
        """The id of an obligation, opened when it is not yet."""
        query = {"form": form, "unit": unit, "period": period}
        if not (found := (await self.get("/api/v1/obligations", params=query)).json()["items"]):
            await self.open(period, opener)
            found = (await self.get("/api/v1/obligations", params=query)).json()["items"]
        return str(found[0]["id"])

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
        """What stands in the outbox, in the order it was written."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(sa.text("select value from outbox order by id"))
            found = [parse(bytes(row.value)) for row in rows]
        return [event for event in found if subject is None or event.subject == subject]

    async def count(self, table: str) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(sa.text(f"select count(*) from {table}")) or 0)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load(None)


@pytest.fixture(scope="session")
def rules(catalogue: Catalogue) -> dict[str, FormRules]:
    return rules_of(catalogue)


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    folder: Path = tmp_path_factory.mktemp("issuer")
    return Issuer(folder)


@pytest.fixture
async def api_client(
    database: Callable[..., str], migrated: Callable[[str], str], issuer: Issuer, catalogue: Catalogue
) -> AsyncIterator[ApiClient]:
    settings = SubmissionsSettings(
        database_url=database("submissions", template=migrated("submissions")),
        environment="test",
        jwks_file=issuer.jwks_file,
    )
    clock = StandingClock()
    app = create_app(settings, clock=clock, catalogue=catalogue)
    engine = app.state.context.engine
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://submissions.test") as client:
        api_client = ApiClient(client, engine, issuer, clock, catalogue, settings, app)

        @sa.event.listens_for(engine.sync_engine, "before_cursor_execute")
        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            api_client.statements.append(statement)

        yield api_client
    await engine.dispose()


@pytest.fixture
def report() -> dict[str, Any]:
    return commune_report()


def commune_report(**changed: Any) -> dict[str, Any]:
    """A right report of a commune on B01-XA, with some values changed (None leaves the cell out)."""
    values = {
        "female_key_leader": "1",
        "n_live_births_male": "61",
        "n_live_births_female": "55",
        "n_adolescent_births": "3",
        "n_adolescent_women": "410",
        "n_people_reached": "5200",
        "population": "8123",
        "n_orgs_informed_committed": "11",
        "n_orgs_total": "12",
    } | changed
    observations = [{"measure": m, "value": v} for m, v in values.items() if v is not None]
    return {"observations": observations}
