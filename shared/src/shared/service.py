"""How every service is started: `python -m <service> serve | api | worker | migrate`, and commands of its own.

`serve` runs the API and the worker in one process; `api` and `worker` run apart, so that each scales alone. Both end
on SIGTERM and SIGINT within 30 s (shutdown.py): the API stops taking requests, the worker finishes the batch in hand.
"""

import argparse
import asyncio
import gc
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from shared.catalogue import CatalogueError
from shared.errors import StartError
from shared.log import configure_logging
from shared.messaging import ServiceWorker
from shared.messaging.client import tolerate_closed_transports
from shared.settings import ServiceSettings
from shared.shutdown import DRAIN_SECONDS, end_within
from shared.telemetry import configure_tracing, flush_tracing
from shared.web.connection import HttpConnection
from shared.web.health import CheckResult, Health, health_routes
from shared.web.metrics import metrics_routes

TICK_SECONDS = 1.0
YOUNG_OBJECTS = 100_000  # before the collector looks: two large batches of whole events

log = structlog.get_logger()


@dataclass(frozen=True)
class Service:
    """What a service is made of. The factories get its settings and build everything: no module holds an engine.

    `commands`: further words of the command line → what they run with the settings and the arguments after the word;
    it returns the exit code.
    """

    name: str
    settings: Callable[[], Any]
    create_app: Callable[[Any], FastAPI]
    create_worker: Callable[[Any], ServiceWorker]
    commands: Mapping[str, Callable[[Any, list[str]], int]] = field(default_factory=dict)


class _Server(uvicorn.Server):
    """Signals belong to `_run`, which has a worker to stop as well.

    uvicorn's own loop looks ten times a second whether it shall end. This one is told, and wakes for the date alone
    that answers carry.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    def end(self) -> None:
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._ending.wait()

    def install_signal_handlers(self) -> None:  # older uvicorn
        return

    def capture_signals(self) -> Any:
        return nullcontext()


def main(service: Service, argv: list[str] | None = None) -> int:
    """Returns the exit code: 0 ended as asked, 1 failed, 2 must not start as it is set up (all faults printed)."""
    parser = argparse.ArgumentParser(prog=f"python -m {service.name}")
    parser.add_argument("command", choices=("serve", "api", "worker", "migrate", *service.commands))
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args(argv)
    command = given.command
    if given.arguments and command not in service.commands:
        parser.error(f"{command} takes no arguments")
    configure_logging(service.name)
    try:
        settings: ServiceSettings = service.settings()
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            print(f"settings: {'.'.join(map(str, fault['loc'])) or service.name}: {fault['msg']}", file=sys.stderr)
        return 2
    if command in service.commands:
        return service.commands[command](settings, given.arguments)
    if command == "migrate":
        return _migrate(service.name, settings)
    configure_tracing(settings)
    try:
        app = service.create_app(settings) if command in ("serve", "api") else None
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_run(service, settings, app, with_worker=command in ("serve", "worker")))
    except (CatalogueError, StartError) as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        flush_tracing()


def _migrate(name: str, settings: ServiceSettings) -> int:
    if faults := settings.owner_faults(production=settings.environment == "production"):
        print("\n".join(f"settings: {fault}" for fault in faults), file=sys.stderr)
        return 2
    from shared.database.migration import migrate_by  # half a second of imports that no other command needs

    migrate_by(settings, name)
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    tolerate_closed_transports()
    return uvloop.new_event_loop


async def _run(service: Service, settings: ServiceSettings, app: FastAPI | None, *, with_worker: bool) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    worker = service.create_worker(settings) if with_worker else None
    app = app or _worker_app()
    _spare_collector()
    if worker:
        _join(app, worker)
        await worker.start()
    server = _Server(
        uvicorn.Config(
            app,
            http=HttpConnection,
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
    log.info("started", port=settings.listen_port, worker=with_worker)
    watching = asyncio.create_task(_watch_progress(worker), name="progress watch")
    await asyncio.wait({serving, stopping, watching}, return_when=asyncio.FIRST_COMPLETED)
    end_within()
    server.end()
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


def _join(app: FastAPI, worker: ServiceWorker) -> None:
    """Two halves of one process: the app tells of the worker's health, and what it publishes wakes the relay."""
    health: Health = app.state.health
    if engine := getattr(app.state, "engine", None):
        worker.relay.signal.hear_the_api(engine)

    async def stuck() -> CheckResult:
        why = worker.stuck()
        ages = {probe.name: None if probe.age is None else round(probe.age, 1) for probe in worker.probes()}
        told = {"detail": why, "refused": worker.refused()}
        return CheckResult(why is None, {"ages": ages} | {name: text for name, text in told.items() if text})

    async def waiting() -> CheckResult:
        why = worker.waiting()
        return CheckResult(why is None, {"detail": why} if why else {})

    health.live("worker", stuck)
    health.ready("consumer", waiting)
