"""A service that runs: its server, its worker, and what watches both until one of them ends."""

import asyncio
import gc
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from shared.messaging import ServiceWorker
from shared.settings import ServiceSettings
from shared.shutdown import DRAIN_SECONDS, end_within
from shared.web.health import CheckResult, Health, health_routes
from shared.web.metrics import metrics_routes

YOUNG_OBJECTS = 50_000  # before the collector looks: two batches of events, some megabytes

log = structlog.get_logger()


class _Server(uvicorn.Server):
    """Signals belong to `run`, which has a worker to stop as well."""

    def install_signal_handlers(self) -> None:  # older uvicorn
        return

    def capture_signals(self) -> Any:
        return nullcontext()


async def run(settings: ServiceSettings, app: FastAPI | None, create_worker: Callable[[], ServiceWorker] | None) -> int:
    """Until a signal, or until a part ends or gets stuck. Returns the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    worker = create_worker() if create_worker else None
    app = app or _worker_app()
    _spare_collector()
    if worker:
        _watch(app.state.health, worker)
        await worker.start()
    server = _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.listen_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=int(DRAIN_SECONDS),
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )
    serving = asyncio.create_task(server.serve(), name="server")
    stopping = asyncio.create_task(stop.wait())
    log.info("started", port=settings.listen_port, worker=worker is not None)
    watching = asyncio.create_task(_watch_progress(worker), name="progress watch")
    await asyncio.wait({serving, stopping, watching}, return_when=asyncio.FIRST_COMPLETED)
    end_within()
    server.should_exit = True
    failed = not stop.is_set()
    closing = [asyncio.create_task(worker.stop(), name="worker")] if worker else []
    await asyncio.wait([serving, *closing])
    for task in (stopping, watching):
        task.cancel()
    _tell_faults(serving, watching, *closing)
    log.info("stopped", failed=failed)
    return 1 if failed else 0


def _tell_faults(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            log.critical("task.failed", task=task.get_name(), exc_info=error)


def _spare_collector() -> None:
    """What was imported and read at the start stays for good; events come and go by reference counting.

    Looking through them all for cycles again and again cost more than reading an event does.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)


async def _watch_progress(worker: ServiceWorker | None) -> None:
    """Ends when the worker stays stuck: whoever started this process starts it again (crash only)."""
    if not worker:
        await asyncio.Event().wait()
        return
    limit = worker.settings.stuck_after_seconds
    since: float | None = None
    # What hangs may come round within half the limit; what has ended does not.
    while not (stuck := worker.ended()) and (since is None or time.monotonic() - since < limit / 2):
        await asyncio.sleep(min(10.0, limit / 12))
        stuck = worker.stuck()
        since = (since or time.monotonic()) if stuck else None
    log.critical("stuck", detail=stuck)


def _worker_app() -> FastAPI:
    """Health and metrics of a worker that has no API."""
    app = FastAPI(openapi_url=None)
    app.state.health = Health()
    app.include_router(health_routes(app.state.health))
    app.include_router(metrics_routes())
    return app


def _watch(health: Health, worker: ServiceWorker) -> None:
    async def stuck() -> CheckResult:
        why = worker.stuck()
        ages = {probe.name: None if probe.age is None else round(probe.age, 1) for probe in worker.probes()}
        return CheckResult(why is None, {"ages": ages} | ({"detail": why} if why else {}))

    async def waiting() -> CheckResult:
        why = worker.waiting()
        return CheckResult(why is None, {"detail": why} if why else {})

    health.live("worker", stuck)
    health.ready("consumer", waiting)
