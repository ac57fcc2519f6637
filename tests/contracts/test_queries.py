"""No list can forget it: every GET route of every service refuses a parameter that it does not declare, and one that
comes twice, and reads units, periods and forms as all others do."""

import re
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import get_args
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from tests.support.routes import routes
from tiendo_local.issuer import Issuer

PLAN_LISTS = ("unit", "period", "form", "topic")
"""Parameters of these names mean what the plan or the code lists."""
READ_BY_THE_RULES = {"/api/v1/events", "/log"}
"""The log's search: the page shows each fault beside its field, so that its own rules read the same words."""


@pytest.fixture
async def client(app: FastAPI, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    # Not of ops: their pages count what waits, in a database that is not there.
    headers = {"Authorization": f"Bearer {issuer.token('auditor', 'SO_NOI_VU')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test", headers=headers) as given:
        yield given


async def refusal(client: httpx.AsyncClient, address: str, sent: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters that the answer, a 422, names: each with the code of its fault. A page that shows faults in place
    is HTML: the code of each is ""."""
    answer = await client.get(f"{address}?{urlencode(sent)}")
    assert answer.status_code == 422, (address, sent, answer.status_code)
    if answer.headers["content-type"].startswith("text/html"):
        ids = re.findall(r'<li><a href="#query-([^"]+)"', answer.text)
        return [(name, "") for name in ids]
    faults = answer.json()["errors"]
    assert all(fault["message"] for fault in faults)
    return [(fault["pointer"].removeprefix("/query/"), fault["code"]) for fault in faults]


async def test_an_unknown_parameter_is_refused_everywhere(app: FastAPI, client: httpx.AsyncClient) -> None:
    addresses = dict(routes(app))
    assert len(addresses) > 10
    for address in addresses:
        named = await refusal(client, address, [("perod", "2026"), ("zzz", "")])
        assert {"perod", "zzz"} <= {name for name, _ in named}, address


async def test_a_repeated_parameter_is_refused_everywhere(app: FastAPI, client: httpx.AsyncClient) -> None:
    for address, declared in routes(app):
        for name in (name for name, parameter in declared.parameters.items() if not parameter.many):
            named = [one for one in await refusal(client, address, [(name, ""), (name, "")]) if one[1] != "missing"]
            assert named in ([(name, "repeated-parameter")], [(name, "")]), address


async def test_a_parameter_that_may_repeat_does(app: FastAPI, client: httpx.AsyncClient) -> None:
    for address, declared in routes(app):
        for name in (name for name, parameter in declared.parameters.items() if parameter.many):
            named = await refusal(client, address, [(name, "?"), (name, "!")])
            assert "repeated-parameter" not in dict(named).values(), address


def test_what_the_plan_lists_is_looked_up(app: FastAPI) -> None:
    for address, declared in routes(app):
        for name in PLAN_LISTS:
            if name in declared.parameters and address not in READ_BY_THE_RULES:
                assert declared.parameters[name].known, (address, name)


def test_days_and_instants_have_one_reader(app: FastAPI) -> None:
    """pydantic alone would read 20261128 as seconds of 1970."""
    for address, declared in routes(app):
        for field in declared.fields:
            if {date, datetime} & {field.field_info.annotation, *get_args(field.field_info.annotation)}:
                assert field.field_info.metadata, (address, field.alias)


async def test_who_is_not_signed_in_is_asked_for_that_first(app: FastAPI, client: httpx.AsyncClient) -> None:
    client.headers.pop("Authorization")
    for address, _ in routes(app):
        answer = await client.get(address, params={"zzz": ""})
        assert answer.status_code != 422, address
    assert (await client.get("/sign-in", params={"next": "/x"})).status_code == 200
    assert (await client.get("/api/v1/openapi.json", params={"zzz": ""})).status_code == 200
