"""The application every service starts from: limits, languages, problems, static files, sign-in, health, metrics."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.telemetry import TelemetryConfig

from shared.auth import Standing, TokenVerifier
from shared.auth.rights import RIGHTS, check_rights
from shared.catalogue import Catalogue, load
from shared.clock import Clock
from shared.messaging import Apply, Contradicting, by_topic
from shared.messaging.dead_letter import DeadLetters
from shared.messaging.restore.setback import read_setbacks
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.runtime import Runtime
from shared.settings import ServiceSettings
from shared.text import messages
from shared.text.names import all_units
from shared.web.dead_letters.mount import mount
from shared.web.health import Check, CheckResult, Health, health_routes
from shared.web.metrics import metrics_routes
from shared.web.middleware.bodies import Bodies
from shared.web.middleware.csrf import ForgeryCheck
from shared.web.middleware.guard import Guard
from shared.web.middleware.language_switch import LanguageSwitch
from shared.web.middleware.limits import DEFAULT_BYTES, Limits
from shared.web.middleware.methods import Methods
from shared.web.middleware.rate_limit import RateLimit
from shared.web.middleware.trace import TraceMiddleware
from shared.web.openapi import PROBLEM_RESPONSES, describe, operation_id
from shared.web.operations import api as operations
from shared.web.operations.header import CountMore, count_waiting
from shared.web.operations.report import OperationsReport
from shared.web.problem.handlers import install
from shared.web.query.check import DeclaredQuery, check_query
from shared.web.shell import sign_in, start
from shared.web.shell.navigation import NAV_ITEMS
from shared.web.shell.page import templates
from shared.web.shell.static_files import Static


def create_service_app(
    runtime: Runtime,
    routers: Iterable[APIRouter],
    *,
    table: str,
    effects: Mapping[str, Apply] | None = None,
    contradicting: Contradicting | None = None,
    closing: Iterable[Callable[[], Awaitable[None]]] = (),
    count_more: CountMore | None = None,
    texts: Iterable[str] = (),
    **options: Any,
) -> FastAPI:
    """The app of a service: what `create_base_app` gives, its routers, its operations and the dead letters of its
    `effects`, with what its worker calls `contradicting`.

    Templates are in the service's room `pages`. It is ready while `table` of its database can be read; at the end
    `closing` is awaited and the engine disposed of. `count_more` counts what else waits for ops. `texts` are packages
    with messages of their own beside the service's. `state.engine` is the runtime's. Raises MessageError, StartError
    for a route whose rights the table does not say.
    """
    name = runtime.settings.service

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        for close in closing:
            await close()
        await runtime.engine.dispose()

    async def database() -> CheckResult:
        async with runtime.engine.connect() as tx:
            await tx.execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1))
        return CheckResult(True)

    async def restored() -> CheckResult:
        async with runtime.engine.connect() as tx:
            found = await read_setbacks(tx)
        return CheckResult(True, {one.side: one.detail for one in found}, degraded=bool(found))

    app = create_base_app(
        runtime.settings,
        place=name,
        templates_package=f"{name}.pages",
        messages_package=name,
        more_messages=texts,
        catalogue=runtime.catalogue,
        clock=runtime.clock,
        lifespan=lifespan,
        routers=routers,
        **options,
    )
    app.state.engine = runtime.engine
    app.state.count_more = count_more
    app.state.operations = OperationsReport(runtime.engine, runtime.settings, tuple(effects or ()))
    app.include_router(operations.router)
    app.state.health.ready("database", database)
    app.state.health.ready("restored", restored)
    if effects:
        version = runtime.catalogue.version
        verifier, effect = SignatureVerifier.of(runtime.settings), by_topic(effects)
        mount(app, DeadLetters(runtime.engine, name, effect, runtime.clock, version, contradicting, verifier))
    check_rights(app, RIGHTS[name])
    return app


def create_base_app(
    settings: ServiceSettings,
    *,
    place: str,
    templates_package: str,
    messages_package: str,
    more_messages: Iterable[str] = (),
    catalogue: Catalogue | None = None,
    max_body_bytes: int = DEFAULT_BYTES,
    body_bytes_by_prefix: Mapping[str, int] | None = None,
    routers: Iterable[APIRouter] = (),
    clock: Clock | None = None,
    **fastapi: Any,
) -> FastAPI:
    """An app with `state.settings`, `.catalogue`, `.messages`, `.templates`, `.static`, `.place` and `.health`.

    `templates_package` has `templates/` and perhaps `static/`; `messages_package` has `messages.yaml` or
    `messages/*.yaml`. `body_bytes_by_prefix` gives paths a larger body than `max_body_bytes`.
    `routers` are the service's own. `clock` says what day it is, and counts the seconds that tokens and keys are kept.
    `place` is a key of `navigation.NAV_ITEMS`; `/` goes to the first page of the person's role.
    `fastapi` goes to FastAPI. Raises MessageError, CatalogueError.
    """
    fastapi = {"title": f"Tiến Độ: {place}", "version": settings.build, "responses": PROBLEM_RESPONSES} | fastapi
    # FastAPI's own spans record the query string, which may hold what a person typed; ours do not.
    quiet: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
    app = FastAPI(
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        telemetry=quiet,
        dependencies=[Depends(before_route)],
        generate_unique_id_function=operation_id,
        redirect_slashes=False,  # such a redirect would go where the client's Host header says
        **fastapi,
    )
    describe(app, settings)
    app.state.settings = settings
    app.state.catalogue = catalogue or load(settings.catalogue_path)
    app.state.messages = messages.load("shared.web", messages_package, *more_messages)
    app.state.templates = templates(templates_package)
    app.state.static = Static("shared.web", templates_package)
    units = [unit.key for unit in all_units(app.state.catalogue)]
    clock = clock or Clock(timedelta(seconds=settings.clock_offset_seconds))
    app.state.standing = Standing(app.state.catalogue, clock.today)
    app.state.verifier = TokenVerifier(settings, units, clock.monotonic)
    app.state.place = NAV_ITEMS[place]
    app.state.health = Health()
    app.state.health.ready("keys", _key_check(app.state.verifier))
    declared: dict[str, DeclaredQuery] = {}
    app.state.declared_queries = declared
    install(app)
    # The last one added is the outermost.
    app.add_middleware(Bodies, uploads=body_bytes_by_prefix or ())
    app.add_middleware(Limits, default=max_body_bytes, by_prefix=body_bytes_by_prefix)
    app.add_middleware(ForgeryCheck)
    app.add_middleware(LanguageSwitch)
    app.add_middleware(Methods)
    app.add_middleware(RateLimit, settings=settings)
    app.add_middleware(Guard)
    app.add_middleware(TraceMiddleware)
    for router in routers:  # before the shell's: a request is compared with one route after the other
        app.include_router(router)
    app.mount("/static", app.state.static)
    app.include_router(health_routes(app.state.health))
    app.include_router(metrics_routes())
    if settings.local_issuer_key_file is not None:
        app.include_router(sign_in.routes(settings))

    app.include_router(start.router)
    return app


async def before_route(request: Request) -> None:
    """What no route can forget. One dependency: each costs a request as much as a middleware, also where it has nothing
    to do."""
    await check_query(request)
    await count_waiting(request)


def _key_check(verifier: TokenVerifier) -> Check:
    """Without keys nobody can be let in; with those from before a provider went away, everybody who is signed in."""

    async def keys() -> CheckResult:
        state = await verifier.keys()
        detail = {"keys": state.keys, "age_seconds": state.age_seconds, "error": state.failure}
        return CheckResult(
            state.keys > 0,
            {name: value for name, value in detail.items() if value is not None},
            degraded=state.failure is not None,
        )

    return keys
