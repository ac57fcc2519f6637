"""One real browser for the tests of all pages, and the spans that a test makes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import telemetry
from tests.support.browser import browser

__all__ = ["browser"]

sys.path.insert(0, str(Path(__file__).parent / "web"))  # the package web_demo, a service for tests of the shell


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    """Of the one provider that a process can have; spans of other tests are told by their trace."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider(active_span_processor=telemetry.PROCESSORS)
        trace.set_tracer_provider(provider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()
