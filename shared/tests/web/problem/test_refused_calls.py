"""Whoever is refused something is a line of the log: who by a pseudonym, what by the route, never the subject."""

import httpx
from fastapi import FastAPI
from structlog.testing import capture_logs

from shared.auth.pseudonym import LOCAL_KEY, Pseudonyms

from ..conftest import DemoSettings

SUBJECT = "local:leader:DAK_NONG"


async def test_a_refused_call_is_told(client: httpx.AsyncClient, settings: DemoSettings) -> None:
    """Without it nobody sees an account that tries one door after the other."""
    given = await client.post("/local/token", json={"role": "leader", "unit": "DAK_NONG"})
    headers = {"Authorization": f"Bearer {given.json()['access_token']}"}
    answer = {"observations": [{"measure": "m", "value": "1"}], "reason": "because"}
    with capture_logs() as lines:
        assert (await client.post("/api/v1/answers", json=answer, headers=headers)).status_code == 403
    who = Pseudonyms(LOCAL_KEY.encode(), settings.token_issuer).of(SUBJECT)
    assert [line for line in lines if line["event"].startswith("security.")] == [
        {
            "event": "security.call-refused", "log_level": "warning", "role": "leader", "unit": "DAK_NONG", "who": who,
            "method": "POST", "route": "/api/v1/answers", "code": "forbidden",
        }
    ]  # fmt: skip
    assert SUBJECT not in str(lines)


async def test_a_unit_that_may_not_act_is_told_too(client: httpx.AsyncClient, app: FastAPI, token: str) -> None:
    today = app.state.standing.today
    later = type(app.state.standing)(app.state.catalogue, lambda: today().replace(year=2000))
    app.state.standing, before = later, app.state.standing
    try:
        with capture_logs() as lines:
            answer = await client.get("/tasks", headers={"Authorization": f"Bearer {token}"})
    finally:
        app.state.standing = before
    assert answer.status_code == 403
    assert [(line["unit"], line["code"]) for line in lines if line["event"] == "security.call-refused"] == [
        ("SO_Y_TE", "unit-not-yet")
    ]
