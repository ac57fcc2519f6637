import time
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.web.middleware.limits import depth_exceeds

JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024


async def chunks(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 65536):
        yield b"x" * 65536


@pytest.mark.parametrize("content_type", ["application/json", "text/csv"])
async def test_a_body_over_the_limit_is_413_with_or_without_its_length(
    client: httpx.AsyncClient, content_type: str
) -> None:
    headers = {"Content-Type": content_type}
    for content in (b"x" * (MIB + 1), chunks(2 * MIB)):
        answer = await client.post("/api/v1/open", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        assert "1 MiB" in answer.json()["errors"][0]["message"]


async def test_a_body_at_the_limit_passes(client: httpx.AsyncClient) -> None:
    for content in (b" " * MIB, chunks(MIB)):
        answer = await client.post("/api/v1/open", content=content, headers=JSON)
        assert answer.json() == {"bytes": MIB}


async def test_a_path_may_have_its_own_limit(client: httpx.AsyncClient) -> None:
    good = await client.post("/api/v1/uploads", files={"file": b"x" * 2 * MIB})
    assert good.json() == {"bytes": 2 * MIB}
    bad = await client.post("/api/v1/uploads", files={"file": b"x" * 5 * MIB})
    assert (bad.status_code, bad.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize(("depth", "status"), [(20, 200), (21, 400), (100_000, 400)])
async def test_nesting(client: httpx.AsyncClient, depth: int, status: int) -> None:
    answer = await client.post("/api/v1/open", content=b"[" * depth + b"]" * depth, headers=JSON)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b'{"a": "' + b"[" * 50 + b'"}', False),
        (b'["\\"", ' + b"[" * 19 + b"]" * 19 + b"]", False),
        (b'["\\"", ' + b"[" * 20 + b"]" * 20 + b"]", True),
        (b"[" + b"{}," * 100 + b"{}]", False),
        (b'"' + b"[" * 30, False),  # no JSON: the parser refuses it
    ],
)
def test_depth_ignores_texts(body: bytes, deep: bool) -> None:
    assert depth_exceeds(body, 20) is deep


def test_a_hostile_body_is_looked_at_once() -> None:
    """A mebibyte of quotes without an end took half an hour when each of them began a search of its own."""
    steps = []
    for size in (2**16, 2**20):
        begin = time.process_time()
        depth_exceeds(b"[" * 21 + b'"' + b'\\"' * (size // 2), 20)
        steps.append(time.process_time() - begin)
    assert steps[1] < 1 + 64 * steps[0]


@pytest.mark.parametrize("path", ["/api/v1/open?form=%00", "/api/v1/open%00"])
async def test_no_nul_reaches_a_query(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 400
