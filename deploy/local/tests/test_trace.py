"""A trace is found by any id a person has in hand, and drawn with every line in its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace as otel
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tiendo_local.commands.span import parse_span
from tiendo_local.commands.trace import collect, show_trace
from tiendo_local.commands.waterfall import draw, duration
from tiendo_local.console import LocalFault

TRACE = "0af7651916cd43dd8448eb211c80319c"
BATCH = "1bf7651916cd43dd8448eb211c80319d"


def span(
    name: str, id: str, start: str, end: str, *, trace: str = TRACE, parent: str | None = None, service: str = "audit",
    attributes: dict[str, Any] | None = None, links: tuple[tuple[str, str], ...] = (), status: str = "UNSET",
) -> str:  # fmt: skip
    found = {
        "name": name,
        "context": {"trace_id": f"0x{trace}", "span_id": f"0x{id}", "trace_state": "[]"},
        "kind": "SpanKind.INTERNAL",
        "parent_id": f"0x{parent}" if parent else None,
        "start_time": f"2026-11-24T13:00:{start}Z",
        "end_time": f"2026-11-24T13:00:{end}Z",
        "status": {"status_code": status},
        "attributes": attributes or {},
        "events": [],
        "links": [{"context": {"trace_id": f"0x{t}", "span_id": f"0x{s}"}, "attributes": {}} for t, s in links],
        "resource": {"attributes": {"service.name": service}, "schema_url": ""},
    }
    return json.dumps(found) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    known = {"tiendo.submission_id": "0192F-AB"}
    (tmp_path / "submissions-1.jsonl").write_text(
        span("INSERT", "b" * 16, "00.010000", "00.030000", parent="a" * 16, service="submissions")
        + span("POST", "a" * 16, "00.000000", "00.100000", service="submissions", attributes=known)
        + span("GET", "9" * 16, "00.000000", "00.001000", trace="9" * 32, service="submissions")
        + '{"name": "half'
    )
    (tmp_path / "audit-2.jsonl").write_text(
        span("batch", "c" * 16, "00.200000", "00.400000", trace=BATCH, links=((TRACE, "a" * 16),))
        + span("append", "d" * 16, "00.250000", "00.300000", trace=BATCH, parent="c" * 16, status="ERROR")
        + span("other", "e" * 16, "00.250000", "00.300000", trace=BATCH)
    )
    return tmp_path


@pytest.mark.parametrize("wanted", [TRACE, f"0x{TRACE}", "0192f-ab", "0192F-AB"])
def test_found_by_trace_or_by_what_it_is_about(folder: Path, wanted: str) -> None:
    assert {s.name for s in collect(folder, wanted)} == {"POST", "INSERT", "batch", "append"}


def test_one_link_away_only(folder: Path) -> None:
    assert [s.name for s in collect(folder, TRACE) if s.linked] == ["batch", "append"]
    assert {s.name for s in collect(folder, BATCH)} == {"batch", "append", "other", "POST"}


def test_the_waterfall(folder: Path) -> None:
    lines = draw(collect(folder, TRACE), 100)
    assert lines[0].startswith(f"trace {TRACE}: 4 spans, 2 services, 400.0 ms, from 24/11/2026 20:00:00.000000 +07")
    rows = lines[3:7]
    assert [row.split()[0] for row in rows] == ["submissions", "submissions", "audit", "audit"]
    assert "  INSERT" in rows[1]
    assert "10.0 ms" in rows[1]
    assert rows[1].rstrip().endswith("20.0 ms")
    assert "↪ batch" in rows[2]
    assert "append ✗" in rows[3]
    assert all(len(line) <= 100 for line in lines[1:])
    assert rows[2].index("█") > rows[0].index("█")


def test_only_what_is_above_and_below_the_wanted(tmp_path: Path) -> None:
    """One call opens every obligation: a person asks for one of them."""
    lines = span("opening", "a" * 16, "00.000000", "00.100000", service="submissions")
    for n in "12":
        about = {"tiendo.obligation_id": f"obligation-{n}"}
        lines += span(f"create {n}", n * 16, "00.010000", "00.020000", parent="a" * 16, attributes=about)
        lines += span(f"apply {n}", f"{n}0" * 8, "00.030000", "00.040000", parent=n * 16)
    later = {"tiendo.obligation_id": "obligation-2"}
    lines += span("remind", "f" * 16, "50.000000", "50.100000", trace=BATCH, attributes=later)
    (tmp_path / "x.jsonl").write_text(lines)
    assert {s.name for s in collect(tmp_path, "obligation-2")} == {"opening", "create 2", "apply 2", "remind"}
    drawn = draw(collect(tmp_path, "obligation-2"))
    assert [line.split(":")[0] for line in drawn if line.startswith("trace")] == [f"trace {TRACE}", f"trace {BATCH}"]
    assert len(collect(tmp_path, TRACE)) == 5


def test_printed_without_colours(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_trace(folder, TRACE) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_an_unknown_id_says_so(folder: Path) -> None:
    with pytest.raises(LocalFault, match="No span"):
        show_trace(folder, "f" * 32)
    with pytest.raises(LocalFault, match="is not an id"):
        show_trace(folder, "../etc")


def test_what_the_sdk_writes_is_read() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.create({"service.name": "audit"}))
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("t")
    with tracer.start_as_current_span("a") as a:
        link = otel.Link(a.get_span_context())
    with tracer.start_as_current_span("b", links=[link], attributes={"cloudevents.event_id": "EVENT-1"}):
        pass
    first, second = (parse_span(s.to_json(indent=None)) for s in kept.get_finished_spans())
    assert first is not None
    assert second is not None
    assert second.service == "audit"
    assert second.links == (first.key,)
    assert "event-1" in second.names


def test_an_endless_parent_chain_ends(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(
        span("a", "a" * 16, "00.000000", "00.100000", parent="b" * 16)
        + span("b", "b" * 16, "00.000000", "00.100000", parent="a" * 16, attributes={"cloudevents.event_id": "event-1"})
    )
    assert len(draw(collect(tmp_path, TRACE))) >= 3
    assert len(collect(tmp_path, "event-1")) == 2


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0004, "0.4 ms"), (0.183, "183.0 ms"), (2.4, "2.40 s"), (190, "3.2 min"), (18360, "5.1 h")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
