"""What took long is kept, and no more than a page holds."""

from datetime import UTC, datetime, timedelta

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind

from shared.span_processors.slow_traces import (
    KEPT,
    KEPT_FOR,
    KEPT_OF_A_NAME,
    SLOW_SECONDS,
    SlowTrace,
    SlowTraces,
    slowest,
)
from shared.telemetry import trace_id_of

NOW = datetime(2026, 11, 29, 20, tzinfo=UTC)
SECOND = 10**9


def trace(name: str, seconds: float, ago: timedelta = timedelta(0), trace_id: str | None = None) -> SlowTrace:
    return SlowTrace(name, seconds, NOW - ago, trace_id or f"{name} {seconds}")


def test_the_slowest_come_first_and_old_ones_are_forgotten() -> None:
    old, new = trace("a", 9, KEPT_FOR + timedelta(seconds=1)), trace("b", 1, KEPT_FOR)
    slower = trace("c", 2)
    assert slowest([new, old, slower], NOW) == [slower, new]


def test_a_batch_does_not_drive_out_the_rest() -> None:
    batch = [trace("process submissions.v1", 5 + n) for n in range(500)]
    other = trace("GET /indicators", 1)
    kept = slowest([*batch, other], NOW)
    assert [one.seconds for one in kept] == [504, 503, 502, 1]
    assert len(kept) == KEPT_OF_A_NAME + 1


def test_a_trace_is_told_once() -> None:
    assert slowest([trace("process a", 1, trace_id="t"), trace("process b", 2, trace_id="t")], NOW) == [
        trace("process b", 2, trace_id="t")
    ]


def test_there_is_an_end_to_it() -> None:
    kept = slowest([trace(str(n), n) for n in range(1000)], NOW)
    assert [one.seconds for one in kept] == list(range(999, 999 - KEPT, -1))


def test_spans_that_handle_something_are_kept_when_they_took_long() -> None:
    slow = SlowTraces()
    provider = TracerProvider()
    provider.add_span_processor(slow)
    tracer = provider.get_tracer("test")
    ended = int(datetime.now(UTC).timestamp() * SECOND)
    took = int(SLOW_SECONDS * SECOND)
    ids = {}
    for name, kind, nanoseconds in (
        ("GET /tasks", SpanKind.SERVER, took),
        ("process submissions.v1", SpanKind.CONSUMER, 2 * took),
        ("quick", SpanKind.SERVER, took - 1),
        ("select", SpanKind.CLIENT, 9 * took),
    ):
        span = tracer.start_span(name, kind=kind, start_time=ended - nanoseconds)
        span.end(ended)
        ids[name] = trace_id_of(span)
    kept = slow.now()
    assert [(one.name, one.seconds) for one in kept] == [("process submissions.v1", 0.5), ("GET /tasks", 0.25)]
    assert [one.trace_id for one in kept] == [ids["process submissions.v1"], ids["GET /tasks"]]
