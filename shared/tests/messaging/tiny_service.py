"""A service as small as can be, for tests that need a process: `python tiny_service.py worker`.

`TINY_TOPIC` is its topic (none if empty), `TINY_SECONDS` how long a batch takes, `TINY_MARK` a file made when the
first batch is in hand. A loop `TINY_LOOP` fails always (`fail`), or is not there. `TINY_FAULT=stuck`: nobody can ask
the worker whether it is stuck.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa
from fastapi import FastAPI
from pydantic_settings import SettingsConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database.engine import create_engine
from shared.messaging import Received, ServiceWorker
from shared.service import Service, main
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="TINY_")

    service: ClassVar[str] = os.environ["TINY_GROUP"]
    default_port: ClassVar[int] = 0


async def apply(tx: AsyncConnection, received: list[Received]) -> None:
    Path(os.environ["TINY_MARK"]).touch()
    await asyncio.sleep(float(os.environ["TINY_SECONDS"]))
    await tx.execute(
        sa.text("insert into effect (event_id) select unnest(cast(:ids as text[]))"),
        {"ids": [r.event.id for r in received]},
    )


async def fail(stopping: asyncio.Event) -> None:
    raise ValueError("a fault of this process")


class Faulty(ServiceWorker):
    def stuck(self) -> str | None:
        raise ValueError("a fault of the question")


def create_worker(settings: Settings) -> ServiceWorker:
    topic = os.environ["TINY_TOPIC"]
    kind = Faulty if os.environ.get("TINY_FAULT") == "stuck" else ServiceWorker
    return kind(
        settings,
        create_engine(settings, pool_size=2),
        effects={topic: apply} if topic else None,
        loops=[fail] if os.environ.get("TINY_LOOP") == "fail" else [],
    )


if __name__ == "__main__":
    sys.exit(main(Service("tiny", Settings, lambda _: FastAPI(), create_worker)))
