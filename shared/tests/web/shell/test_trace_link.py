"""A trace id on a page leads to its trace, where there is somewhere to lead to."""

import httpx
import pytest

from shared.web.shell.trace_link import trace_link

from ..conftest import DemoSettings, demo_app

TRACE = "0af7651916cd43dd8448eb211c80319c"
JAEGER = "https://jaeger.example/trace/{trace_id}"


def test_a_trace_id_is_a_link() -> None:
    assert trace_link(JAEGER, TRACE) == f'<a href="https://jaeger.example/trace/{TRACE}"><code>{TRACE}</code></a>'


@pytest.mark.parametrize(
    ("address", "trace_id", "shown"),
    [
        (None, TRACE, TRACE),
        (JAEGER, None, "–"),
        (JAEGER, "", "–"),
        (JAEGER, '"><script>', "&#34;&gt;&lt;script&gt;"),
        (JAEGER, TRACE + "\n", TRACE + "\n"),
    ],
)
def test_what_leads_nowhere_is_plain_text(address: str | None, trace_id: str | None, shown: str) -> None:
    assert trace_link(address, trace_id) == f"<code>{shown}</code>"


async def test_the_foot_of_every_page_leads_to_its_trace(settings: DemoSettings) -> None:
    app = demo_app(settings.model_copy(update={"trace_url": JAEGER}))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test") as client:
        for path in ("/public", "/nothing", "/broken"):
            answer = await client.get(path, headers={"Accept": "text/html"})
            assert f'<a href="https://jaeger.example/trace/{answer.headers["x-trace-id"]}">' in answer.text, path
