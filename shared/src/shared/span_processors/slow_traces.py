"""The slowest requests and handlings of this process: kept in memory from the spans that end, for whoever looks.

Only what is sampled is seen, and only of this process: what it forgets with a restart, what slower ones pushed out, and
what others saw, is in the backend of traces.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import SpanKind

from shared.retention import kept

SLOW_SECONDS = 0.25
KEPT_FOR = kept("slow_traces")
KEPT = 20
KEPT_OF_A_NAME = 3
_HANDLING = (SpanKind.SERVER, SpanKind.CONSUMER)


@dataclass(frozen=True, slots=True)
class SlowTrace:
    name: str
    seconds: float
    ended_at: datetime
    trace_id: str


class SlowTraces(SpanProcessor):
    def __init__(self) -> None:
        self._kept: list[SlowTrace] = []
        self._lock = Lock()  # a span ends in the thread that made it

    def on_end(self, span: ReadableSpan) -> None:
        if span.kind not in _HANDLING or not span.start_time or not span.end_time or not span.context:
            return
        seconds = (span.end_time - span.start_time) / 1e9
        if seconds < SLOW_SECONDS:
            return
        ended_at = datetime.fromtimestamp(span.end_time / 1e9, UTC)
        ended = SlowTrace(span.name, seconds, ended_at, format(span.context.trace_id, "032x"))
        with self._lock:
            self._kept = slowest([*self._kept, ended], ended_at)

    def now(self) -> list[SlowTrace]:
        """The slowest first. Spans tell real time, also where a demonstration sets another day."""
        with self._lock:
            return slowest(self._kept, datetime.now(UTC))


def slowest(traces: Iterable[SlowTrace], now: datetime) -> list[SlowTrace]:
    """Of the last `KEPT_FOR` the `KEPT` slowest, at most `KEPT_OF_A_NAME` of one name; the slowest first.

    Each trace once: a batch that took long ends a span for each of its events, and many may be of one trace.
    """
    kept: dict[str, SlowTrace] = {}
    names: Counter[str] = Counter()
    for one in sorted(traces, key=lambda one: one.seconds, reverse=True):
        if now - one.ended_at <= KEPT_FOR and one.trace_id not in kept and names[one.name] < KEPT_OF_A_NAME:
            names[one.name] += 1
            kept[one.trace_id] = one
    return list(kept.values())[:KEPT]


_of_this_process = SlowTraces()


def slow_traces() -> SlowTraces:
    return _of_this_process
