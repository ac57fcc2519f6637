"""The application as a whole: who may read, how faults look, which texts exist."""

import httpx
import pytest

from shared.text import messages


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/indicators?period=soon", 422),
        ("/api/v1/indicators?period=2099", 422),
        ("/indicators?period=2020-Q4", 422),
        ("/api/v1/indicators?unit=X", 422),
        ("/api/v1/indicators?as_of=2026-01-01T00:00:00", 422),
        ("/api/v1/indicators/9.9/history", 404),
        ("/api/v1/indicators?basis=guess", 422),
        ("/indicators/9.9", 404),
    ],
)
async def test_faults_are_problems(web: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await web.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_nobody_reads_without_signing_in(web: httpx.AsyncClient) -> None:
    for path in ("/api/v1/indicators", "/indicators"):
        assert (await web.get(path, headers={"Authorization": ""})).status_code == 401


def test_every_message_used_exists() -> None:
    loaded = messages.load("shared.web", "aggregation")
    for key, where in messages.used_in_templates("aggregation.pages").items():
        assert key in loaded, where
