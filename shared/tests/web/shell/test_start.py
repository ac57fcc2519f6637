"""Where somebody's work begins, by role."""

import httpx
import pytest

from shared.access import ROLES, Role
from shared.web.shell.navigation import NAV_ITEMS, START

UNITS = {"leader": "UBND_TINH"}


def test_every_role_begins_somewhere() -> None:
    assert set(START) == set(ROLES)
    assert {service for service, _ in START.values()} <= set(NAV_ITEMS)


@pytest.mark.parametrize(
    ("role", "start"),
    [
        ("reporter", "/tasks"),
        ("head", "/tasks"),
        ("coordinator", "/tasks"),
        ("leader", "http://127.0.0.1:8002/indicators"),
        ("auditor", "http://127.0.0.1:8004/log"),
        ("ops", "http://127.0.0.1:8004/operations"),
    ],
)
async def test_after_signing_in(client: httpx.AsyncClient, role: Role, start: str) -> None:
    away = await client.get("/")
    assert away.headers["location"] == "/sign-in"
    form = await client.post("/sign-in", data={"role": role, "unit": UNITS.get(role, "SO_NOI_VU"), "next": "/"})
    assert form.headers["location"] == "/"
    assert (await client.get("/")).headers["location"] == start
