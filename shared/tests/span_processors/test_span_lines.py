"""Each span that ends is a line of a file, soon; a disk that is full costs spans and nothing else."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, Status, StatusCode, Tracer

from shared.span_processors import span_lines
from shared.span_processors.span_lines import MANY, SpanLines


class Bench:
    """`let_write` ends the wait in which lines gather."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._waits = Semaphore(0)
        self.lines = SpanLines(folder, "probe", lambda _: (self._waits.acquire(), None)[1])
        provider = TracerProvider()
        provider.add_span_processor(self.lines)
        self.tracer: Tracer = provider.get_tracer("test")

    def let_write(self) -> None:
        self._waits.release()

    def written(self) -> list[dict[str, Any]]:
        (file,) = self.folder.glob("probe-*.jsonl")
        return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.let_write()


def soon(said: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not said() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert said()


def test_a_line_says_what_the_sdk_would_say(bench: Bench) -> None:
    cause = bench.tracer.start_span("cause")
    with bench.tracer.start_as_current_span("parent") as parent:
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
    assert parent.get_span_context().is_valid


def test_lines_are_written_after_a_wait_and_at_once_when_there_are_many(bench: Bench) -> None:
    for _ in range(3):
        bench.tracer.start_span("few").end()
    assert not bench.written()
    bench.let_write()
    soon(lambda: len(bench.written()) == 3)
    for _ in range(MANY):
        bench.tracer.start_span("many").end()
    assert len(bench.written()) == MANY + 3


def test_a_full_disk_loses_spans_and_nothing_else(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("ab", buffering=0) as full, monkeypatch.context() as patched:
        patched.setattr(bench.lines, "_out", full)
        bench.tracer.start_span("lost").end()
        assert not bench.lines.force_flush()
    bench.tracer.start_span("kept").end()
    assert bench.lines.force_flush()
    assert [line["name"] for line in bench.written()] == ["kept"]


def test_a_file_grows_no_further_than_it_may(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(span_lines, "MAX_FILE_BYTES", 10)
    for _ in range(2):
        bench.tracer.start_span("kept").end()
        bench.lines.force_flush()
    assert len(bench.written()) == 1
    SpanLines(tmp_path, "probe")  # the next process clears away what is too large
    assert not bench.written()
