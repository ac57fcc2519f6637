"""The service on a real PostgreSQL, with a clock that stands on 24 November 2026."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.submissions.tests.api_client import ApiClient, StandingClock
from services.submissions.tests.reports import commune_report
from shared.catalogue import Catalogue
from shared.database import driver
from shared.database.driver import fetch
from submissions.app import create_app
from submissions.rules.form import FormRules, rules_of
from submissions.settings import SubmissionsSettings
from tests.support.browser import browser
from tiendo_local.issuer import Issuer

__all__ = ["browser"]


@pytest.fixture(scope="session")
def rules(catalogue: Catalogue) -> dict[str, FormRules]:
    return rules_of(catalogue)


@pytest.fixture
async def api_client(
    database: Callable[..., str],
    migrated: Callable[[str], str],
    issuer: Issuer,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
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

        async def noted(tx: AsyncConnection, statement: sa.TextClause, values: Mapping[str, Any]) -> Any:
            api_client.statements.append(statement.text)
            return await fetch(tx, statement, values)

        monkeypatch.setattr(driver, "fetch", noted)
        yield api_client
    await engine.dispose()


@pytest.fixture
def report() -> dict[str, Any]:
    return commune_report()


@pytest.fixture(scope="session")
def commune(rules: dict[str, FormRules]) -> FormRules:
    return rules["B01-XA"]
