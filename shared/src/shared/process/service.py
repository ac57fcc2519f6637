"""How every service is started: `python -m <service> serve | api | worker | migrate`, and commands of its own.

`serve` runs the API and the worker in one process; `api` and `worker` run apart, so that each scales alone. Both end
on SIGTERM and SIGINT within 30 s (shutdown.py): the API stops taking requests, the worker finishes the batch in hand.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import FastAPI
from pydantic import ValidationError

from shared.catalogue import CatalogueError
from shared.errors import StartError
from shared.log import configure_logging
from shared.messaging import ServiceWorker
from shared.messaging.client import tolerate_closed_transports
from shared.process.serving import run
from shared.settings import ServiceSettings
from shared.telemetry import configure_tracing, flush_tracing


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
        from shared.database.migration import migrate  # half a second of imports that no other command needs

        migrate(settings.database_url.get_secret_value(), service.name)
        return 0
    configure_tracing(settings)
    try:
        app = service.create_app(settings) if command in ("serve", "api") else None
        create_worker = partial(service.create_worker, settings)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(run(settings, app, create_worker if command in ("serve", "worker") else None))
    except (CatalogueError, StartError) as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        flush_tracing()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    tolerate_closed_transports()
    return uvloop.new_event_loop
