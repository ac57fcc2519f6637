"""A service on the shell whose effect fails as long as the test wants, with what a real one has: database, sign-in."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.catalogue import Catalogue, load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.messaging import BatchConsumer, Received, messaging_tables
from shared.messaging.dead_letter import DeadLetters
from shared.settings import ServiceSettings
from shared.web.app import create_base_app
from shared.web.dead_letters import mount
from tiendo_local.issuer import Issuer

from ...messaging.conftest import a_record


class OfficeSettings(ServiceSettings):
    service: ClassVar[str] = "audit"
    default_port: ClassVar[int] = 8004


@cache
def catalogue() -> Catalogue:
    return load()


@dataclass
class Office:
    """`fault` is what the effect raises; None: it applies. `applied` are the ids of what it was given then."""

    engine: AsyncEngine
    issuer: Issuer
    fault: Exception | None = field(default_factory=lambda: ValueError("no form <b>B99</b> in the plan"))
    applied: list[str] = field(default_factory=list)
    app: FastAPI = field(init=False)
    client: httpx.AsyncClient = field(init=False)

    async def apply(self, tx: AsyncConnection, received: list[Received]) -> None:
        if self.fault:
            raise self.fault
        self.applied += [r.event.id for r in received]

    async def set_aside(self, *values: bytes | None, first: int = 0) -> list[int]:
        """The letters' ids in the order of the values."""
        for n, value in enumerate(values):
            record = a_record(value, offset=first + n, headers=(("trace", b"\xffx"), ("none", None)))
            await BatchConsumer(self.engine, "audit", self.apply).consume([record])
        async with self.engine.connect() as tx:
            found = await tx.execute(
                sa.text('select id from dead_letter where "offset" >= :n order by 1'), {"n": first}
            )
            return list(found.scalars())

    def token(self, role: str) -> str:
        return self.issuer.token(role, "UBND_TINH" if role == "leader" else "SO_NOI_VU")

    async def get(self, path: str, role: str = "ops", accept: str = "*/*", **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(role)}", "Accept": accept}
        return await self.client.get(path, params=query or None, headers=headers)

    async def post(self, path: str, body: Any = None, role: str = "ops", language: str = "en") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(role)}", "Accept-Language": language}
        return await self.client.post(path, json=body, headers=headers)

    async def send(self, path: str, role: str = "ops", **form: str) -> httpx.Response:
        """As a browser sends a form of our own page."""
        headers = {"Cookie": f"tiendo_token={self.token(role)}", "Accept": "text/html", "Origin": "http://tiendo.test"}
        return await self.client.post(path, data=form, headers=headers)


@pytest.fixture
async def office(database: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Office]:
    issuer = Issuer(tmp_path)
    settings = OfficeSettings(
        database_url=database("letters"),
        environment="test",
        jwks_file=issuer.jwks_file,
        local_issuer_key_file=issuer.key_file,
    )
    engine = create_engine(settings)
    metadata = sa.MetaData()
    messaging_tables(metadata)
    async with engine.begin() as tx:
        await tx.run_sync(metadata.create_all)
    made = Office(engine, issuer)
    made.app = create_base_app(
        settings, place="audit", templates_package="web_demo", messages_package="web_demo", catalogue=catalogue()
    )
    mount.mount(made.app, DeadLetters(engine, "audit", made.apply, Clock(), "0" * 64))
    transport = httpx.ASGITransport(app=made.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test") as client:
        made.client = client
        yield made
    await engine.dispose()
