"""Where trace ids of local pages lead: to the waterfall of the trace."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tiendo_local.servers.mail.pages import create_app
from tiendo_local.servers.mail.store import MailStore
from tiendo_local.servers.traces.pages import TracePages

TRACE, OTHER = "0af7651916cd43dd8448eb211c80319c", "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN: dict[str, Any] = {
    "name": "POST /obligations/<b>",
    "context": {"trace_id": TRACE, "span_id": "b7ad6b7169203331"},
    "parent_id": None,
    "start_time": "2026-11-29T20:00:00.000000Z",
    "end_time": "2026-11-29T20:00:00.183000Z",
    "status": {"status_code": "UNSET"},
    "attributes": {},
    "links": [],
    "resource": {"attributes": {"service.name": "submissions"}},
}


async def answer(folder: Path, path: str, host: str = "127.0.0.1", *, demonstration: bool = False) -> httpx.Response:
    traces = TracePages(folder, demonstration=demonstration)
    app = create_app(MailStore(folder / "mails"), more=traces.routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}") as client:
        return await client.get(path)


async def test_a_trace_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "submissions-1.jsonl").write_text(json.dumps(SPAN) + "\n")
    page = await answer(tmp_path, f"/trace/{TRACE}")
    assert page.status_code == 200
    assert "POST /obligations/&lt;b&gt;" in page.text and "183.0 ms" in page.text
    assert (await answer(tmp_path, "/trace.css")).status_code == 200
    assert "style-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("wanted", [OTHER, "submissions", "..%2f..%2fetc", "%3Cscript%3E"])
async def test_what_no_span_tells_of_is_said(tmp_path: Path, wanted: str) -> None:
    (tmp_path / "submissions-1.jsonl").write_text(json.dumps(SPAN) + "\n")
    page = await answer(tmp_path, f"/trace/{wanted}")
    assert page.status_code == 404
    assert "<script>" not in page.text


async def test_a_page_elsewhere_reads_no_trace(tmp_path: Path) -> None:
    (tmp_path / "submissions-1.jsonl").write_text(json.dumps(SPAN) + "\n")
    assert (await answer(tmp_path, f"/trace/{TRACE}", host="evil.test")).status_code == 400


@pytest.mark.parametrize("demonstration", [False, True])
async def test_a_demonstration_says_so(tmp_path: Path, demonstration: bool) -> None:
    page = await answer(tmp_path, f"/trace/{TRACE}", demonstration=demonstration)
    assert ("Dữ liệu minh họa" in page.text) is demonstration
