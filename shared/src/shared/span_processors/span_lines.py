"""Spans as lines of a file, for a machine that has no backend of traces."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread

import structlog
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import SpanContext
from pydantic_core import to_json

MAX_FILE_BYTES = 64 * 2**20
MANY = 500  # lines, some 400 kB: written at once
WAIT_SECONDS = 1.0

log = structlog.get_logger()


class SpanLines(SpanProcessor):
    """In the shape of the SDK's own `to_json`, less what no reader of ours needs.

    A line is made where its span ends. Left to another thread, spans by the thousand wait for it as objects, and it
    contends with the one that has more to do: twice the cost. A line that cannot be written is lost, and said to be.
    """

    def __init__(self, folder: Path, service: str, sleep: Callable[[float], None] = time.sleep) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{service}-*.jsonl"):
            if old.stat().st_size > MAX_FILE_BYTES:
                old.unlink(missing_ok=True)
        self._resource = {"attributes": {"service.name": service}}
        self._path = folder / f"{service}-{os.getpid()}.jsonl"
        self._out = self._path.open("ab", buffering=0)
        self._lines: list[bytes] = []
        self._writing = Lock()
        self._waiting = Event()
        self._sleep = sleep
        Thread(target=self._write_what_waits, name="span lines", daemon=True).start()

    def on_end(self, span: ReadableSpan) -> None:
        self._lines.append(self._line(span))
        if len(self._lines) >= MANY:
            self.force_flush()
        elif not self._waiting.is_set():
            self._waiting.set()

    def _write_what_waits(self) -> None:
        while self._waiting.wait():
            self._sleep(WAIT_SECONDS)
            self._waiting.clear()
            self.force_flush()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        with self._writing:
            lines, self._lines = self._lines, []
            try:
                if lines and self._out.tell() < MAX_FILE_BYTES:
                    self._out.write(b"".join(lines))
            except OSError as error:
                log.warning("spans.lost", spans=len(lines), error=repr(error)[:200])
                return False
        return True

    def _line(self, span: ReadableSpan) -> bytes:
        line = {
            "name": span.name,
            "context": _ids(span.get_span_context()),
            "parent_id": format(span.parent.span_id, "016x") if span.parent else None,
            "start_time": _instant(span.start_time),
            "end_time": _instant(span.end_time),
            "status": {"status_code": span.status.status_code.name},
            "attributes": dict(span.attributes or {}),
            "links": [{"context": _ids(link.context)} for link in span.links],
            "resource": self._resource,
        }
        return to_json(line, fallback=str) + b"\n"


def _instant(nanoseconds: int | None) -> datetime:
    return datetime.fromtimestamp((nanoseconds or 0) / 1e9, UTC)


def _ids(context: SpanContext | None) -> dict[str, str]:
    return {"trace_id": format(context.trace_id, "032x"), "span_id": format(context.span_id, "016x")} if context else {}
