"""The floors: the least that must happen anyway, written as plainly as possible.

`python -m tests.bench.floor PORT DATABASE_URL` serves the bare endpoint: it reads the JSON and writes the rows that a
submission writes (obligation, submission, idempotency key, outbox), in one transaction, checking nothing.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

TABLES = """
create table duty (id int primary key, revision int not null, state text not null);
insert into duty select n, 0, 'open' from generate_series(0, 63) n;
create table report (id uuid primary key, duty int not null, revision int not null, content jsonb not null,
  received_at timestamptz not null default now(), unique (duty, revision));
create table key (key text primary key, answer text);
create table out (id bigint generated always as identity primary key, topic text, key text, value bytea)
"""


def create_app(engine: AsyncEngine) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await make_tables(engine)
        yield

    app = FastAPI(openapi_url=None, lifespan=lifespan)
    bump = sa.text("update duty set revision = revision + 1, state = 'submitted' where id = :id returning revision")
    keep = sa.text("insert into key values (:key, :answer)")
    report = sa.text("insert into report (id, duty, revision, content) values (:id, :duty, :revision, :content)")
    out = sa.text("insert into out (topic, key, value) values ('t', :key, :value)")

    @app.post("/{duty}")
    async def take(duty: int, request: Request) -> Response:
        body = json.loads(await request.body())
        content = json.dumps(body)
        identity = uuid4()
        async with engine.begin() as tx:
            revision = await tx.scalar(bump, {"id": duty})
            values = {"id": identity, "duty": duty, "revision": revision, "content": content}
            await tx.execute(report, values)
            await tx.execute(out, {"key": str(duty), "value": content.encode()})
            answer = json.dumps({"id": str(identity), "revision": revision})
            await tx.execute(keep, {"key": request.headers["idempotency-key"], "answer": answer})
        return Response(answer, 201, media_type="application/json")

    return app


async def make_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        for statement in TABLES.split(";"):
            await tx.execute(sa.text(statement))


if __name__ == "__main__":
    engine = create_async_engine(sys.argv[2], pool_size=8, max_overflow=4, pool_pre_ping=True)
    uvicorn.run(create_app(engine), port=int(sys.argv[1]), log_level="warning", access_log=False)
