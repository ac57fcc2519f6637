"""`serve`: the API and the worker of one process."""

from fastapi import FastAPI

from shared.database.engine import create_engine
from shared.messaging import ServiceWorker, publish
from shared.service import _join, _worker_app

from .conftest import ServiceProbe, an_event


async def test_what_the_api_publishes_wakes_the_relay(probe: ServiceProbe) -> None:
    worker = ServiceWorker(probe.settings, probe.engine)
    app = FastAPI()
    app.state.health = _worker_app().state.health
    app.state.engine = create_engine(probe.settings)
    _join(app, worker)
    async with app.state.engine.begin() as tx:
        await publish(tx, an_event())
    assert worker.relay.signal.raised
    await app.state.engine.dispose()
