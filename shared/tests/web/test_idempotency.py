import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from fastapi import FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.responses import Response

from shared.database import idempotency
from shared.web.idempotency import attempt_of, page_attempt, replayed
from shared.web.problem.handlers import install

KEY = {"Idempotency-Key": "2f6c-1"}


def migrate(connection: sa.Connection) -> None:
    idempotency.create_idempotency_table(Operations(MigrationContext.configure(connection)))
    connection.execute(sa.text("CREATE TABLE thing (name text)"))


@pytest.fixture
async def engine(database: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    made = create_async_engine(database("idempotency"))
    async with made.begin() as tx:
        await tx.run_sync(migrate)
    yield made
    await made.dispose()


@pytest.fixture
async def service(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install(app)

    @app.post("/api/v1/things")
    @app.post("/api/v1/others")
    async def make(request: Request, person: str = "a", slow: bool = False, fail: bool = False) -> Response:
        attempt = await attempt_of(request, person)
        async with engine.begin() as tx:
            if replay := await idempotency.begin(tx, attempt):
                return replayed(replay)
            name = (await request.json())["name"]
            await tx.execute(sa.text("INSERT INTO thing VALUES (:name)"), {"name": name})
            if slow:
                await asyncio.sleep(0.2)
            if fail:
                raise ConnectionError("the first try dies")
            body = json.dumps({"name": name, "at": datetime.now(UTC).isoformat()}).encode()
            await idempotency.finish(tx, attempt, 201, body)
        return Response(body, 201, media_type="application/json")

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test") as client:
        yield client


async def things(engine: AsyncEngine) -> int:
    async with engine.begin() as tx:
        return int((await tx.execute(sa.text("SELECT count(*) FROM thing"))).scalar_one())


async def test_the_same_request_again_gets_the_same_answer(service: httpx.AsyncClient, engine: AsyncEngine) -> None:
    first = await service.post("/api/v1/things", json={"name": "x"}, headers=KEY)
    again = await service.post("/api/v1/things", json={"name": "x"}, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    assert await things(engine) == 1


@pytest.mark.parametrize(("path", "name"), [("/api/v1/things", "other"), ("/api/v1/others", "x")])
async def test_a_key_for_another_request_is_refused(
    service: httpx.AsyncClient, engine: AsyncEngine, path: str, name: str
) -> None:
    await service.post("/api/v1/things", json={"name": "x"}, headers=KEY)
    other = await service.post(path, json={"name": name}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await things(engine) == 1


async def test_keys_belong_to_a_person_and_are_optional(service: httpx.AsyncClient, engine: AsyncEngine) -> None:
    for person in ("a", "b"):
        await service.post("/api/v1/things", params={"person": person}, json={"name": "x"}, headers=KEY)
    for _ in range(2):
        await service.post("/api/v1/things", json={"name": "x"})
    assert await things(engine) == 4


async def test_two_at_once_act_once(service: httpx.AsyncClient, engine: AsyncEngine) -> None:
    one, two = await asyncio.gather(
        *(service.post("/api/v1/things?slow=1", json={"name": "x"}, headers=KEY) for _ in range(2))
    )
    assert (one.status_code, two.status_code, one.content) == (201, 201, two.content)
    assert await things(engine) == 1


async def test_a_try_that_failed_leaves_the_key_free(service: httpx.AsyncClient, engine: AsyncEngine) -> None:
    failed = await service.post("/api/v1/things?fail=1", json={"name": "x"}, headers=KEY)
    assert failed.status_code == 500
    good = await service.post("/api/v1/things", json={"name": "x"}, headers=KEY)
    assert good.status_code == 201
    assert await things(engine) == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "a\x7f"])
async def test_keys_are_visible_ascii(service: httpx.AsyncClient, key: str) -> None:
    answer = await service.post("/api/v1/things", json={"name": "x"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-invalid")


async def test_old_keys_are_forgotten(service: httpx.AsyncClient, engine: AsyncEngine) -> None:
    await service.post("/api/v1/things", json={"name": "x"}, headers=KEY)
    async with engine.begin() as tx:
        assert await idempotency.forget(tx, datetime.now(UTC) - timedelta(days=1)) == 0
        assert await idempotency.forget(tx, datetime.now(UTC) + timedelta(days=1)) == 1


def asked_for(path: str) -> Request:
    return Request({"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""})


def test_what_a_page_sends_is_named_by_its_key_and_what_was_typed() -> None:
    key, request = "0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d", asked_for("/obligations/1")
    said = [("value.1", "61"), ("reason", "Đã sửa \ud800")]
    first = page_attempt(request, "person", key, said)
    assert first is not None and first == page_attempt(request, "person", key, said[::-1])
    assert first.attempt.key.startswith(first.page) and first.page.startswith(key)
    other = page_attempt(request, "person", key, [("value.1", "62"), said[1]])
    assert other is not None and other.page == first.page and other.attempt.key != first.attempt.key


@pytest.mark.parametrize("key", [None, "", "x", "'; drop table", "a" * 65, "%" * 36, b"0" * 36])
def test_a_key_that_no_page_has_given_names_nothing(key: object) -> None:
    assert page_attempt(asked_for("/"), "person", key, []) is None
