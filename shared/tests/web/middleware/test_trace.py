import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from shared.web.middleware.trace import TraceMiddleware

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def span_of(app: FastAPI, path: str) -> tuple[httpx.Response, list[ReadableSpan]]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    transport = httpx.ASGITransport(app=TraceMiddleware(app, provider.get_tracer("test")))
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test") as client:
        answer = await client.get(path, headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
    # the app has the middleware too: its no-op tracer adds nothing here
    return answer, list(exporter.get_finished_spans())


async def test_a_span_names_the_route_and_continues_the_callers_trace(app: FastAPI) -> None:
    answer, [span] = await span_of(app, "/api/v1/things/77?limit=5")
    assert (span.name, span.kind) == ("GET /api/v1/things/{number}", SpanKind.SERVER)
    assert span.context is not None and f"{span.context.trace_id:032x}" == TRACE == answer.headers["x-trace-id"]
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "url.path": "/api/v1/things/77",
        "url.scheme": "http",
        "http.response.status_code": 200,
        "http.route": "/api/v1/things/{number}",
    }


@pytest.mark.parametrize(("path", "status"), [("/api/v1/things/0", StatusCode.ERROR), ("/nothing", StatusCode.UNSET)])
async def test_only_our_failures_are_errors(app: FastAPI, path: str, status: StatusCode) -> None:
    _, [span] = await span_of(app, path)
    assert span.status.status_code is status


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/static/app.css"])
async def test_machinery_is_not_traced(app: FastAPI, path: str) -> None:
    assert (await span_of(app, path))[1] == []
