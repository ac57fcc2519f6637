"""Each span that ends is a line of a file, soon; whatever goes wrong with it costs spans and nothing else."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, Status, StatusCode, Tracer

from shared.span_processors import span_lines
from shared.span_processors.span_lines import MANY, SpanLines

NEVER = 3600.0


class Bench:
    """Lines are written when there are many, or when the test says so."""

    def __init__(self, folder: Path, wait_seconds: float = NEVER) -> None:
        self.folder = folder
        self.lines = SpanLines(folder, "probe", wait_seconds)
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(self.lines)
        self.tracer: Tracer = self.provider.get_tracer("test")

    def end(self, name: str, n: int = 1) -> None:
        for _ in range(n):
            self.tracer.start_span(name).end()

    def text(self) -> list[str]:
        (file,) = self.folder.glob("probe-*.jsonl")
        return file.read_text().splitlines()

    def written(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.provider.shutdown()


def soon(said: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not said() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert said()


def test_a_line_says_what_the_sdk_would_say(bench: Bench) -> None:
    cause = bench.tracer.start_span("cause")
    with bench.tracer.start_as_current_span("parent"):
        links = [Link(cause.get_span_context())]
        span = bench.tracer.start_span("child", attributes={"a": 1, "b": "báo cáo"}, links=links)
        span.set_status(Status(StatusCode.ERROR))
        span.end()
    bench.lines.force_flush()
    child, told = bench.written()
    theirs = json.loads(span.to_json())  # type: ignore[attr-defined]
    ids = {name: theirs["context"][name].removeprefix("0x") for name in ("trace_id", "span_id")}
    assert child["context"] == ids and told["name"] == "parent"
    assert child["parent_id"] == theirs["parent_id"].removeprefix("0x") == told["context"]["span_id"]
    assert child["attributes"] == theirs["attributes"] and child["start_time"] == theirs["start_time"]
    assert child["status"]["status_code"] == theirs["status"]["status_code"]
    assert child["links"][0]["context"]["span_id"] == format(cause.get_span_context().span_id, "016x")


def test_lines_are_written_soon_and_at_once_when_there_are_many(tmp_path: Path) -> None:
    (tmp_path / "soon").mkdir()
    few, many = Bench(tmp_path / "soon", 0.01), Bench(tmp_path)
    few.end("few", 3)
    soon(lambda: len(few.text()) == 3)
    many.end("many", MANY - 1)
    assert not many.text()
    many.end("many")
    soon(lambda: len(many.text()) == MANY)
    for made in (few, many):
        made.provider.shutdown()


def test_no_line_is_lost_between_threads(tmp_path: Path) -> None:
    bench, each = Bench(tmp_path, 0.001), 4000
    threads = [Thread(target=bench.end, args=("one", each)) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        bench.lines.force_flush()
    bench.provider.shutdown()
    assert len(bench.written()) == 3 * each


def test_the_last_lines_are_written_when_the_process_ends(bench: Bench) -> None:
    bench.end("last", 3)
    bench.provider.shutdown()
    assert len(bench.written()) == 3
    assert not bench.lines._writer.is_alive()
    bench.end("after")
    assert len(bench.written()) == 3


def test_a_disk_that_fills_up_loses_spans_and_says_how_many(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Filling:
        """Takes ten bytes, and then no more."""

        left = 10

        def write(self, text: memoryview) -> int:
            if not self.left:
                raise OSError("no space left")
            taken, self.left = bytes(text[: self.left]), 0
            return real.write(taken)

    real = bench.lines._out
    bench.end("lost", 2)
    with monkeypatch.context() as patched, structlog.testing.capture_logs() as logs:
        patched.setattr(bench.lines, "_out", Filling())
        assert not bench.lines.force_flush()
    assert [(log["event"], log["spans"]) for log in logs] == [("spans.lost", 2)]
    bench.end("kept", 2)
    assert bench.lines.force_flush()
    torn, *kept = bench.text()
    assert len(torn) == 10 and [json.loads(line)["name"] for line in kept] == ["kept", "kept"]


def test_a_span_that_becomes_no_line_harms_nobody(bench: Bench) -> None:
    with structlog.testing.capture_logs() as logs:
        bench.tracer.start_span("\ud800").end()
        bench.end("kept")
        assert not bench.lines.force_flush()
    assert [(log["event"], log["spans"]) for log in logs] == [("spans.lost", 1)]
    assert [line["name"] for line in bench.written()] == ["kept"]


def test_a_file_grows_no_further_than_it_may(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(span_lines, "MAX_FILE_BYTES", 10)
    for _ in range(2):
        bench.end("kept")
        bench.lines.force_flush()
    assert len(bench.written()) == 1
    SpanLines(tmp_path, "probe").shutdown()  # the next process clears away what is too large
    assert not bench.written()
