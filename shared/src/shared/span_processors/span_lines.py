"""Spans as lines of a file, for a machine that has no backend of traces."""

import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread

import structlog
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import SpanContext
from pydantic_core import to_json

MAX_FILE_BYTES = 64 * 2**20
MANY = 500  # lines, some 400 kB: written at once
MOST = 50_000  # that may wait for a slow disk
WAIT_SECONDS = 1.0

log = structlog.get_logger()


class SpanLines(SpanProcessor):
    """In the shape of the SDK's own `to_json`, less what no reader of ours needs.

    A line is made where its span ends, and written by a thread. Were it made there, too, spans by the thousand would
    wait as objects, and the thread would contend with the one that has more to do. What becomes no line, or is not
    written, is lost, and how much is logged; the file of a process is full at `MAX_FILE_BYTES`.
    """

    def __init__(self, folder: Path, service: str, wait_seconds: float = WAIT_SECONDS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{service}-*.jsonl"):
            if old.stat().st_size > MAX_FILE_BYTES:
                old.unlink(missing_ok=True)
        self._resource = {"attributes": {"service.name": service}}
        self._out = (folder / f"{service}-{os.getpid()}.jsonl").open("ab", buffering=0)
        self._lines: list[bytes] = []
        self._lost = 0
        self._is_full = self._is_torn = self._is_over = False
        self._writing = Lock()
        self._some, self._many = Event(), Event()
        self._wait_seconds = wait_seconds
        self._writer = Thread(target=self._write_on, name="span lines", daemon=True)
        self._writer.start()

    def on_end(self, span: ReadableSpan) -> None:
        if self._is_full:
            return
        try:
            line = self._line(span)
        except Exception:  # a span may be lost, never what it tells of
            self._lost += 1
            return
        if len(self._lines) >= MOST:
            self._lost += 1
            return
        self._lines.append(line)
        if not self._some.is_set():
            self._some.set()
        if len(self._lines) >= MANY and not self._many.is_set():
            self._many.set()

    def _write_on(self) -> None:
        while not self._is_over:
            self._some.wait()
            self._many.wait(self._wait_seconds)
            self._some.clear()
            self._many.clear()
            self.force_flush()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        if not self._writing.acquire(timeout=timeout_millis / 1000):
            return False
        try:
            return self._write()
        finally:
            self._writing.release()

    def shutdown(self) -> None:
        self._is_over = True
        self._many.set()
        self._some.set()
        self._writer.join(WAIT_SECONDS)
        self.force_flush()
        self._is_full = True

    def _write(self) -> bool:
        lines = self._lines[:]
        del self._lines[: len(lines)]  # and not the list: another thread may be about to append to it
        lost, self._lost, error = self._lost, 0, None
        if lines and not self._is_full:
            try:
                self._append(b"".join(lines))
            except OSError as failed:
                error, lost = repr(failed)[:200], lost + len(lines)
        if lost:
            log.warning("spans.lost", spans=lost, error=error)
        return not lost

    def _append(self, text: bytes) -> None:
        """What follows a write that broke off stands on a line of its own."""
        rest = memoryview(b"\n" + text if self._is_torn else text)
        self._is_torn = True
        while rest:
            rest = rest[self._out.write(rest) :]
        self._is_torn = False
        if self._out.tell() >= MAX_FILE_BYTES:
            self._is_full = True
            log.warning("spans.full", bytes=MAX_FILE_BYTES)

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
