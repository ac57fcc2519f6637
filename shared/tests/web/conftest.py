"""A small service on the shell, with what a real one has: pages, an API, lists, sign-in."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import APIRouter, Depends, FastAPI, Form, HTTPException, Query, Request, UploadFile
from jwt.algorithms import ECAlgorithm
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from shared.access import Person
from shared.auth import require
from shared.catalogue import Catalogue, load
from shared.settings import ServiceSettings
from shared.text import Fault, Text
from shared.web.app import create_base_app
from shared.web.shell.page import page

DUE = datetime(2026, 12, 14, 17, tzinfo=UTC)


class DemoSettings(ServiceSettings):
    service: ClassVar[str] = "submissions"
    default_port: ClassVar[int] = 8001


class Cell(BaseModel):
    model_config = ConfigDict(extra="forbid")
    measure: str
    value: Decimal | None
    status: Literal["final", "estimate"] = "final"


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    observations: list[Cell] = Field(min_length=1)
    reason: str = Field(min_length=3)


def settings_in(folder: Path) -> DemoSettings:
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "local", "alg": "ES256", "use": "sig"}
    (folder / "jwks.json").write_text(json.dumps({"keys": [public]}))
    return DemoSettings(
        database_url="postgresql+asyncpg://nowhere/none",
        environment="test",
        local_issuer_key_file=folder / "key.pem",
        jwks_file=folder / "jwks.json",
    )


@cache
def catalogue() -> Catalogue:
    return load()


checked = APIRouter()


@checked.get("/list")
async def listed(month: Annotated[str, Query(pattern=r"^20[0-9]{2}$")] = "2026", limit: int = 10) -> None: ...


@checked.post("/list/{number}")
async def change(
    number: Annotated[int, Field(le=500)],
    period: Annotated[str, Form(pattern=r"^20[0-9]{2}$")],
    note: Annotated[str, Form(max_length=4)] = "",
) -> None: ...


def demo_app(settings: DemoSettings) -> FastAPI:
    app = create_base_app(
        settings,
        place="submissions",
        templates_package="web_demo",
        messages_package="web_demo",
        catalogue=catalogue(),
        body_bytes_by_prefix={"/api/v1/uploads": 4 * 1024 * 1024},
    )
    app.include_router(checked)
    reporter = Depends(require("reporter"))

    @app.get("/tasks")
    async def tasks(request: Request, person: Annotated[Person, reporter], bad: bool = False) -> Response:
        faults = [Fault("number", "/m1", Text("Ô Nam: “12a” không phải là số. Viết như 1.234,5.", "Not a number."))]
        coverage = [(index % 7 != 3, f"Xã {index}") for index in range(71)]
        return page(
            request, "tasks.html", 422 if bad else 200,
            faults=faults if bad else [], due=DUE, coverage=coverage, illustrative=True,
        )  # fmt: skip

    @app.get("/public")
    async def public(request: Request) -> Response:
        return page(request, "tasks.html", faults=[], due=DUE, coverage=[])

    @app.post("/api/v1/answers", status_code=201)
    async def give(answer: Answer, person: Annotated[Person, reporter]) -> dict[str, int]:
        return {"cells": len(answer.observations)}

    @app.post("/api/v1/open")
    async def open_(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/api/v1/uploads")
    async def upload(file: UploadFile) -> dict[str, int | None]:
        return {"bytes": file.size}

    @app.get("/api/v1/things/{number}")
    async def thing(number: int, limit: Annotated[int, Field(le=500)] = 10) -> dict[str, int]:
        if number == 0:
            raise RuntimeError("secret inside")
        if number == 1:
            raise HTTPException(404, "Thing 1 is gone")
        return {"number": number}

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret inside")

    return app


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> DemoSettings:
    return settings_in(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def app(settings: DemoSettings) -> FastAPI:
    """One for all tests. A module whose tests add routes to it, or change its state, makes its own."""
    return demo_app(settings)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test") as given:
        yield given


@pytest.fixture
async def quiet_client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Sees the page of an unexpected error, where `client` would raise it."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test") as given:
        yield given


@pytest.fixture
async def token(client: httpx.AsyncClient) -> str:
    answer = await client.post("/local/token", json={"role": "reporter", "unit": "SO_Y_TE"})
    return str(answer.json()["access_token"])
