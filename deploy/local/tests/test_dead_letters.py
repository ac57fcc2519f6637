"""`tiendo deadletters` against a running service."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
import uvicorn

from audit.app import create_app
from audit.settings import AuditSettings
from shared.database.engine import create_engine
from shared.events import Event, SubmissionAccepted
from tiendo_local.__main__ import main
from tiendo_local.issuer import Issuer

NOW = "2026-11-24T01:00:00Z"
DUTY = "0f0e0d0c-0000-7000-8000-000000000001"
LOGGED = re.compile(r"\d{4}-\d\d-\d\d ")  # by the service, which runs in this process here
Say = Callable[..., Awaitable[tuple[int, str]]]


def an_event() -> Event:
    data = SubmissionAccepted.model_validate(
        {
            "obligation_id": DUTY, "obligation": "O1", "form": "B01-XA", "unit": "SO_Y_TE", "period": "2026",
            "version": 3, "submission_id": DUTY, "revision": 1, "decided_at": NOW,
        }
    )  # fmt: skip
    return Event.of(data, source="/submissions", subject=DUTY, time=data.decided_at, catalogue_version="0" * 64)


@pytest.fixture
async def tiendo(
    database: Callable[..., str], migrated: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Say]:
    """`await tiendo("list", …)` → exit code and what was said. Letters 1 and 2 are good events, 3 is none."""
    url = database("audit", template=migrated("audit"))
    issuer = Issuer(tmp_path / "issuer")
    settings = AuditSettings(database_url=url, environment="test", jwks_file=issuer.jwks_file)
    engine = create_engine(settings)
    insert = sa.text(
        'insert into dead_letter (topic, partition, "offset", timestamp_ms, value, headers, reason, type)'
        " values ('submissions.v1', 0, :n, 1, :value, '[]', 'unknown event type', :type)"
    )
    async with engine.begin() as tx:
        for n, value in enumerate([an_event().to_bytes(), an_event().to_bytes(), b"{\x1b[2J"]):
            await tx.execute(insert, {"n": n, "value": value, "type": SubmissionAccepted.type if n < 2 else None})
    await engine.dispose()
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    (tmp_path / "state.json").write_text(json.dumps({"urls": {"audit": address}}))

    async def say(act: str, *arguments: str) -> tuple[int, str]:
        command = ["--local", str(tmp_path), "deadletters", act, "--service", "audit", *arguments]
        code = await asyncio.to_thread(main, command)
        said = capsys.readouterr()
        return code, "".join(line for line in (said.out + said.err).splitlines(keepends=True) if not LOGGED.match(line))

    yield say
    server.should_exit = True
    await serving


async def test_look_replay_and_discard(tiendo: Say) -> None:
    code, said = await tiendo("list")
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == ["3", "2", "1"]
    assert "submissions.v1/0@2" in said.splitlines()[0]
    code, said = await tiendo("show", "3")
    assert (code, said.splitlines()[-1]) == (0, "5 bytes, no event: auditors read them")
    assert await tiendo("replay", "1") == (0, "1: applied\n")
    assert await tiendo("replay", "1") == (0, "1: applied\n")
    code, said = await tiendo("replay", "3")
    assert code == 1
    assert said.startswith("3: not applied: /: Invalid JSON")
    code, said = await tiendo("replay", "--all", "--reason", "JSON")
    assert (code, said.splitlines()[0].split(":")[:2]) == (1, ["3", " open"])
    assert await tiendo("replay", "--all", "--type", SubmissionAccepted.type) == (0, "2: applied\n")
    code, said = await tiendo("discard", "3", "--reason", "no")
    assert (code, "422" in said) == (1, True)
    assert await tiendo("discard", "3", "--reason", "not an event of ours") == (0, "3: discarded\n")
    assert await tiendo("list") == (0, "")
    code, said = await tiendo("list", "--all")
    assert [line.split()[2] for line in said.splitlines()] == ["discarded", "replayed", "replayed"]
    code, said = await tiendo("discard", "1", "--reason", "too late now")
    assert (code, "409" in said) == (1, True)


async def test_what_is_wrong_is_told(tiendo: Say, tmp_path: Path) -> None:
    code, said = await tiendo("show", "99")
    assert (code, "404 There is no dead letter of this number" in said) == (1, True)
    code, said = await tiendo("list", "--token", "nonsense")
    assert (code, "401" in said) == (1, True)
    code, said = await tiendo("list", "--url", "http://127.0.0.1:1")
    assert (code, "does not answer" in said) == (1, True)
    (tmp_path / "state.json").unlink()
    code, said = await tiendo("list")
    assert (code, "tiendo up" in said) == (1, True)
