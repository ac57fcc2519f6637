import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from shared.telemetry import sampler

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


async def span_of(
    app: FastAPI, path: str, *, flags: str = "01", ratio: float = 1.0
) -> tuple[httpx.Response, list[ReadableSpan]]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=sampler(ratio))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.telemetry._tracer", provider.get_tracer("test"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tiendo.test") as client:
            answer = await client.get(path, headers={"traceparent": f"00-{TRACE}-{SPAN}-{flags}"})
    return answer, list(exporter.get_finished_spans())


async def test_a_span_names_the_route_and_begins_a_trace_that_links_to_the_callers(app: FastAPI) -> None:
    """Whoever knew a trace id of somebody else's could write spans of their own into that trace."""
    answer, [span] = await span_of(app, "/api/v1/things/77?limit=5")
    assert (span.name, span.kind) == ("GET /api/v1/things/{number}", SpanKind.SERVER)
    assert span.parent is None
    assert span.context is not None and f"{span.context.trace_id:032x}" == answer.headers["x-trace-id"] != TRACE
    assert [f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links] == [f"{TRACE}-{SPAN}"]
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


@pytest.mark.parametrize("flags", ["00", "01"])
async def test_a_caller_does_not_choose_what_is_kept(app: FastAPI, flags: str) -> None:
    """A flag in a header kept every trace of its sender, or hid them all."""
    for ratio, kept in ((0.0, 0), (1.0, 1)):
        assert len((await span_of(app, "/api/v1/things/77", flags=flags, ratio=ratio))[1]) == kept
