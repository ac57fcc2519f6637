"""What the project promises, from the outside, on real servers."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.e2e.backends.collector import Collector, ReceivedSpan
from tests.e2e.backends.jaeger import Jaeger
from tests.e2e.journey import Journey, Urls
from tests.e2e.whole import Whole
from tiendo_local.commands.span import TraceSpan
from tiendo_local.commands.trace import collect
from tiendo_local.commands.waterfall import draw

pytestmark = pytest.mark.timeout(400)  # the first of these waits for the system

TRACED = {
    "submissions": ("POST ", "create submissions.v1", "send submissions.v1"),
    "aggregation": ("process submissions.v1", "create indicators.v1", "send indicators.v1"),
    "notifications": ("process submissions.v1",),
    "audit": ("process submissions.v1", "process indicators.v1"),
}


@pytest.fixture(scope="module")
def walked(system: Whole, urls: Urls) -> dict[str, Any]:
    journey = Journey(urls, fresh_seconds=30)  # other tests run beside it; its own promise is for a machine to itself
    try:
        return journey.run()
    finally:
        print("\n".join(journey.steps))


def test_a_report_travels_from_the_commune_to_the_audit_log(walked: dict[str, Any]) -> None:
    assert len(walked["submissions"]) == 2


def test_one_trace_from_the_request_to_the_audit_log(system: Whole, walked: dict[str, Any]) -> None:
    """The trace id on the receipt names one trace through outbox, relay and all four services."""

    def own() -> list[TraceSpan]:
        return [span for span in collect(system.spans, walked["trace"]) if span.trace == walked["trace"]]

    assert not left(lambda: untold(names(own())))
    spans = collect(system.spans, walked["trace"])
    assert _has_database_span(spans), "SQLAlchemy is not traced"
    by_submission = collect(system.spans, walked["submissions"][0])
    assert walked["trace"] in {span.trace for span in by_submission}
    drawn = "\n".join(draw(spans, 140))
    assert all(service in drawn for service in TRACED)


def names(spans: Iterable[TraceSpan | ReceivedSpan]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for span in spans:
        found[span.service].add(span.name)
    return found


def left(faults: Callable[[], list[str]]) -> list[str]:
    """What is still wrong after at most 15 s: services export their spans in turns."""
    deadline = time.monotonic() + 15
    while (found := faults()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def untold(spans: Mapping[str, set[str]]) -> list[str]:
    """What of TRACED has no span, of the names of spans by service."""
    return [
        f"{service}: {name}"
        for service, wanted in TRACED.items()
        for name in wanted
        if not any(span.startswith(name) for span in spans.get(service, ()))
    ]


def orphans(spans: list[ReceivedSpan]) -> list[str]:
    known = {span.id for span in spans}
    return [f"{span.service}: {span.name}" for span in spans if span.parent and span.parent not in known]


def test_a_backend_receives_the_same_trace_without_a_gap(collector: Collector, walked: dict[str, Any]) -> None:
    assert not left(lambda: untold(names(collector.trace(walked["trace"]))))
    assert not left(lambda: orphans(collector.trace(walked["trace"])))
    assert [span.service for span in collector.trace(walked["trace"]) if not span.parent] == ["submissions"]


def test_jaeger_has_the_same_trace(jaeger: Jaeger | None, walked: dict[str, Any]) -> None:
    if jaeger is None:
        pytest.skip("Jaeger is not built on this machine: `make jaeger` does it, with Go and some minutes")
    assert not left(lambda: untold(jaeger.trace(walked["trace"])))


def _has_database_span(spans: list[TraceSpan]) -> bool:
    return any(span.name.upper().startswith(("INSERT", "SELECT", "UPDATE")) for span in spans)


def test_the_log_has_no_gap(urls: Urls, walked: dict[str, Any]) -> None:
    journey = Journey(urls)
    token = journey.token("auditor", "DAK_NONG")
    numbers: dict[str, list[int]] = {}
    cursor: str | None = None
    while True:
        query = {"limit": "500", **({"cursor": cursor} if cursor else {})}
        page = journey.get(urls.audit, "/api/v1/events", token, **query)
        for item in page["items"]:
            numbers.setdefault(item["source"], []).append(item["index"])
        cursor = page["next"]
        if not cursor:
            break
    indexes = sorted(i for found in numbers.values() for i in found)
    assert indexes == list(range(indexes[0], indexes[0] + len(indexes)))


def test_every_event_that_was_published_leads_to_its_schema_and_fits(urls: Urls, walked: dict[str, Any]) -> None:
    token = Journey(urls).token("auditor", "DAK_NONG")
    answer = httpx.get(f"{urls.audit}/api/v1/events/batch?limit=2000", headers={"Authorization": f"Bearer {token}"})
    events = answer.raise_for_status().json()
    validators: dict[str, Draft202012Validator] = {}
    for event in events:
        address = event["dataschema"]
        if address not in validators:
            served = httpx.get(address)
            assert served.headers["content-type"] == "application/schema+json"
            assert served.json()["$id"] == address == f"{urls.audit}/schemas/{event['type']}.json"
            validators[address] = Draft202012Validator(served.json())
        validators[address].validate(event["data"])
    assert len(validators) > 5, "opened, received, accepted, aggregated, reminders, inspections"


def test_every_service_tells_its_health_and_its_metrics(urls: Urls) -> None:
    for base in (urls.submissions, urls.aggregation, urls.notifications, urls.audit):
        assert httpx.get(f"{base}/healthz").status_code == 200
        assert httpx.get(f"{base}/readyz").status_code == 200
        metrics = httpx.get(f"{base}/metrics").text
        assert "tiendo_outbox_pending" in metrics
        assert "tiendo_http_request_seconds" in metrics
