"""Through the Caddyfile that is shipped, in a real Caddy: tags, compression, sizes and what it keeps to itself."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from services.submissions.tests.api_client import COMMUNE, ApiClient
from tests.support.proxies.caddy import program as caddy_program
from tiendo_local.servers.ports import Ports
from tiendo_local.workspace import find

CADDYFILE = find().root / "deploy" / "caddy" / "Caddyfile"


def configuration(program: str, listen: int, behind: int) -> dict[str, Any] | None:
    """The site of submissions as the file has it, without certificates. None: this Caddy does not know the file."""
    done = subprocess.run(
        [program, "adapt", "--config", str(CADDYFILE)], env={**os.environ, "PUBLIC_HOST": "localhost"},
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    if done.returncode != 0 or "{args[0]}" in done.stdout:
        return None
    adapted = json.loads(done.stdout)["apps"]["http"]
    (site,) = [one for one in adapted["servers"].values() if one["listen"] == [":8001"]]
    text = json.dumps({**site, "listen": [f"127.0.0.1:{listen}"], "automatic_https": {"disable": True}})
    servers = {"site": json.loads(text.replace("submissions-api:8001", f"127.0.0.1:{behind}"))}
    return {"admin": {"disabled": True}, "apps": {"http": {**adapted, "servers": servers}}}


@pytest.fixture
async def caddy(api_client: ApiClient, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    program = caddy_program()
    if program is None:
        pytest.skip("Caddy is not installed (`make caddy` builds it with Go)")
    server = uvicorn.Server(uvicorn.Config(api_client.app, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = Ports(tmp_path / "ports.json").get("caddy")
    config = configuration(program, port, server.servers[0].sockets[0].getsockname()[1])
    if config is None:
        pytest.skip("this Caddy is older than 2.8 and does not know the Caddyfile (`make caddy` builds a newer one)")
    (tmp_path / "caddy.json").write_text(json.dumps(config))
    process = await asyncio.create_subprocess_exec(
        program, "run", "--config", str(tmp_path / "caddy.json"),
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    headers = {"Host": "localhost", "Accept-Encoding": "gzip"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        async with asyncio.timeout(20):
            while await unreachable(client):
                await asyncio.sleep(0.05)
        yield client
    process.kill()
    await process.wait()
    server.should_exit = True
    await serving


async def unreachable(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/api/v1/openapi.json")).status_code != 200
    except httpx.TransportError:
        return True


async def test_a_tag_that_came_compressed_holds(
    caddy: httpx.AsyncClient, api_client: ApiClient, report: dict[str, Any]
) -> None:
    token = {"Authorization": f"Bearer {api_client.issuer.token('reporter', COMMUNE)}"}
    address = f"/api/v1/obligations/{await api_client.obligation_id()}"
    seen = await caddy.get(address, headers=token)
    assert (seen.headers["content-encoding"], seen.headers["etag"]) == ("gzip", '"1-gzip"')
    known = await caddy.get(address, headers={**token, "If-None-Match": seen.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    match = {**token, "If-Match": seen.headers["etag"]}
    assert (await caddy.post(f"{address}/submissions", json=report, headers=match)).status_code == 201
    assert (await caddy.post(f"{address}/submissions", json=report, headers=match)).status_code == 412


async def test_a_browser_is_told_to_come_by_https_from_then_on(caddy: httpx.AsyncClient) -> None:
    answer = await caddy.get("/sign-in")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_what_is_not_for_everybody_stays_inside(caddy: httpx.AsyncClient) -> None:
    for path in ("/metrics", "/healthz", "/readyz"):
        assert (await caddy.get(path)).status_code == 404
