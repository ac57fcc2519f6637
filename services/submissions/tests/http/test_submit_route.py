"""A report that is read by hand is answered as one that FastAPI takes apart: an id in capitals is left to FastAPI."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Message

from services.submissions.tests.api_client import COMMUNE, OTHER, ApiClient
from services.submissions.tests.reports import commune_report
from shared.access import Role

LONG = {"X-Tiendo-Illustrative": "x" * 41}


@pytest.mark.parametrize(
    ("options", "role", "unit", "status"),
    [
        ({"json": commune_report()}, "reporter", COMMUNE, 201),
        ({"json": commune_report(), "headers": {"X-Tiendo-Illustrative": "true"}}, "head", COMMUNE, 201),
        ({"json": commune_report(), "headers": {"If-Match": '"7"'}}, "reporter", COMMUNE, 412),
        ({"json": commune_report(), "headers": {"Idempotency-Key": "a b"}}, "reporter", COMMUNE, 400),
        ({"json": commune_report(), "headers": {"Authorization": "Bearer x"}}, "reporter", COMMUNE, 401),
        ({"json": commune_report(), "headers": LONG}, "reporter", COMMUNE, 422),
        ({"json": commune_report()}, "reporter", OTHER, 403),
        ({"json": commune_report(), "headers": LONG}, "leader", COMMUNE, 403),
        ({"json": {"observations": 3}}, "reporter", COMMUNE, 422),
        ({"json": [1]}, "reporter", COMMUNE, 422),
        ({"json": None}, "reporter", COMMUNE, 422),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "leader", COMMUNE, 403),
        ({}, "reporter", COMMUNE, 422),
    ],
)
async def test_both_ways_answer_alike(
    api_client: ApiClient, options: dict[str, Any], role: Role, unit: str, status: int
) -> None:
    answers = []
    for period, written in (("2026", str.lower), ("2025", str.upper)):
        obligation_id = written(await api_client.obligation_id(period=period))
        answers.append(
            await api_client.send("POST", f"/api/v1/obligations/{obligation_id}/submissions", role, unit, **options)
        )
    assert [answer.status_code for answer in answers] == [status, status]
    by_hand, judged = (answer.json() for answer in answers)
    assert by_hand.keys() == judged.keys()
    assert (by_hand.get("code"), by_hand.get("errors")) == (judged.get("code"), judged.get("errors"))
    assert answers[0].headers.keys() == answers[1].headers.keys()


@pytest.mark.parametrize("id_", ["7", "00000000-0000-0000-0000-00000000000g"])
async def test_what_is_no_id_is_said_to_be_none(api_client: ApiClient, id_: str) -> None:
    answer = await api_client.submit(id_, commune_report())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/path/obligation_id")


@pytest.mark.parametrize("written", [str.lower, str.upper])
async def test_a_client_that_goes_in_the_middle_is_no_fault_of_the_server(
    api_client: ApiClient, written: Callable[[str], str]
) -> None:
    path = f"/api/v1/obligations/{written(await api_client.obligation_id())}/submissions"
    said: list[Message] = []
    heard: list[Message] = [{"type": "http.request", "body": b'{"a"', "more_body": True}, {"type": "http.disconnect"}]

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return heard.pop(0) if len(heard) > 1 else heard[0]

    headers = [(b"host", b"x"), (b"content-type", b"application/json"), (b"content-length", b"100")]
    headers.append((b"authorization", f"Bearer {api_client.issuer.token('reporter', COMMUNE)}".encode()))
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": headers, "scheme": "http", "http_version": "1.1", "state": {}, "root_path": "",
             "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80)}  # fmt: skip
    await api_client.app(scope, receive, send)
    assert said[0]["status"] == 400
