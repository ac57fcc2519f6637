"""The table of rights, row by row: each role × {own, other, dissolved, unknown unit, a body that does not hold the
role} × every call and page of the four services, as they answer it on a real database.

Without the defence somebody with the token of a commune's "coordinator" logs inspections of departments, one of a unit
that ended redirects any unit's mail, and a unit reads what another one sent.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Request

from services.audit.tests.cases import CASE, FINDING_ALONE
from services.submissions.tests.reports import commune_report
from shared.access import ROLES, Role
from shared.auth import require
from shared.auth.rights import PROVINCE, PUBLIC, RIGHTS, Right, check_rights, routes_of
from shared.database.engine import create_engine
from shared.errors import StartError
from shared.web.query.check import declared_query
from tests.contracts.conftest import SERVICES
from tests.contracts.rights.things import ENDED, OTHER, OWN, THINGS, UNKNOWN, Names, Running
from tiendo_local.issuer import Issuer

ORIGIN = "http://tiendo.test"
BODY: dict[Role, str] = {
    "reporter": OWN, "head": OWN, "coordinator": "SO_NOI_VU", "leader": "UBND_TINH",
    "auditor": "SO_Y_TE", "ops": "SO_Y_TE",
}  # fmt: skip
NOBODYS = {"dissolved unit": ENDED, "unknown unit": UNKNOWN, "commune": OWN}
SENT: dict[str, Any] = {
    "POST /api/v1/obligations/opening": {"period": "2026"},
    "POST /api/v1/obligations/{obligation_id}/submissions": commune_report() | {"reason": "đối chiếu"},
    "POST /api/v1/submissions/{submission_id}/decision": {"decision": "accept"},
    "POST /api/v1/submissions/{submission_id}/withdrawal": {"reason": "Nhầm kỳ"},
    "POST /api/v1/inspections": CASE,
    "POST /api/v1/inspections/{inspection_id}/findings": FINDING_ALONE,
    "PUT /api/v1/contacts/{unit}": {"role": "head", "email": "a@example.vn"},
    "POST /api/v1/dead-letters/replay": {},
    "POST /api/v1/dead-letters/{letter_id}/replay": {},
    "POST /api/v1/dead-letters/{letter_id}/discard": {"reason": "xong"},
}
FORMS: dict[str, dict[str, str]] = {
    "POST /obligations/opening": {"period": "2026"},
    "POST /submissions/{submission_id}/decision": {"decision": "accept", "version": "1"},
    "POST /submissions/{submission_id}/withdrawal": {"reason": "Nhầm kỳ", "version": "1"},
    "POST /contacts": {"unit": OTHER, "role": "head", "address": "a@example.vn"},
    "POST /dead-letters/replay": {"state": "open"},
}
QUERY = {"GET /api/v1/contacts/{unit}": {"role": "head"}, "GET /api/v1/events/batch": {"after": "0"}}
OF_NO_UNIT = re.compile(r"\{(code|letter_id)\}")
"""In an address that names nothing of a unit."""


@pytest.fixture(params=SERVICES)
async def running(
    request: pytest.FixtureRequest, issuer: Issuer, database: Callable[..., str], migrated: Callable[[str], str]
) -> Any:
    create, settings_of = SERVICES[request.param]
    settings = settings_of(
        database_url=database(request.param, template=migrated(request.param)),
        environment="test",
        jwks_file=issuer.jwks_file,
        local_issuer_key_file=issuer.key_file,
    )
    app, engine = create(settings), create_engine(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Origin": ORIGIN}
    client = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)
    async with client, app.router.lifespan_context(app):
        yield Running(app, engine, client, issuer)
    await engine.dispose()


async def answers(running: Running, rows: dict[str, Right], role: Role, unit: str, names: Names) -> Any:
    """The answer to each row, asked in the role and of the unit about what `names` name."""
    routes = dict(routes_of(running.app))
    for name in rows:
        method, path = name.split(" ", 1)
        address = re.sub(r"\{([^}]+)\}", lambda found: names.get(found[1], found[1]), path)
        query = dict(QUERY.get(name, {}))
        if method == "GET" and "unit" in declared_query(routes[name].dependant).parameters and "of" in names:
            query["unit"] = names["of"]
        sent = {"json": SENT[name]} if name in SENT else {"data": FORMS.get(name, {})} if method != "GET" else {}
        yield name, await running.ask(method, address, role, unit, params=query or None, **sent)


def about(running: Running, name: str, right: Right) -> bool:
    """Whether the row is about one unit, so that own and other differ."""
    route = dict(routes_of(running.app))[name]
    named = "{" in OF_NO_UNIT.sub("", name) or "unit" in declared_query(route.dependant).parameters
    return named and bool(right.own)


async def test_each_row_answers_whom_it_names_and_nobody_else(running: Running) -> None:
    service = running.app.state.settings.service
    rows = {name: right for name, right in RIGHTS[service].items() if right != PUBLIC}
    own, other = [{**await THINGS[service](running, unit), "of": unit} for unit in (OWN, OTHER)]
    wrong = []
    for role in ROLES:
        async for name, answer in answers(running, rows, role, BODY[role], own):
            wrong += judged(f"{name}: {role}", answer, rows[name], may=role in rows[name].roles)
            if role in rows[name].own and OTHER in answer.text:
                wrong.append(f"{name}: {role}: told of another unit")
        async for name, answer in answers(running, rows, role, BODY[role], other):
            right = rows[name]
            may = role in right.all or (role in right.own and not about(running, name, right))
            hidden = role in right.own and not may and answer.status_code == 404
            wrong += [] if hidden else judged(f"{name}: {role}, another unit", answer, right, may=may)
        for why, unit in NOBODYS.items():
            if why == "commune" and role not in PROVINCE:
                continue
            async for name, answer in answers(running, rows, role, unit, own):
                wrong += judged(f"{name}: {role} of a {why}", answer, rows[name], may=False)
    assert wrong == []


def judged(who: str, answer: httpx.Response, right: Right, *, may: bool) -> list[str]:
    """What is wrong with an answer. Who may do an act may still be told that the thing is not in a state for it."""
    status = answer.status_code
    if not may:
        return [] if status == 403 else [f"{who}: answered {status}"]
    read = answer.request.method == "GET" and bool(right.own)
    return [f"{who}: {status} {answer.text[:200]}"] if status in (401, 403) or (read and status != 200) else []


async def test_what_is_for_everybody_asks_nobody(running: Running) -> None:
    rows = {name for name, right in RIGHTS[running.app.state.settings.service].items() if right == PUBLIC}
    for method, path in (name.split(" ", 1) for name in rows):
        assert (await running.client.request(method, path)).status_code not in (401, 403), path


def test_the_table_has_the_rows_of_the_routes_and_no_other(app: FastAPI) -> None:
    assert set(dict(routes_of(app))) == set(RIGHTS[app.state.settings.service])


def faults(app: FastAPI, rights: dict[str, Right]) -> Iterator[str]:
    with pytest.raises(StartError) as refused:
        check_rights(app, rights)
    yield from str(refused.value).splitlines()


def test_a_service_does_not_start_with_a_route_that_the_table_does_not_know() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/forgotten")
    async def forgotten(request: Request) -> None: ...

    @app.get("/open")
    async def nobody_asked(request: Request) -> None: ...

    @app.post("/wide", dependencies=[Depends(require("ops", "auditor"))])
    async def wide(request: Request) -> None: ...

    rights = {"GET /open": Right(all=("ops",)), "POST /wide": Right(all=("ops",))}
    assert list(faults(app, rights)) == [
        "GET /forgotten: no row; say in shared/src/shared/auth/rights/table.py whom it answers",
        "GET /open: asks for nobody, its row names ops",
        "POST /wide: asks for auditor, ops, its row names ops",
    ]
