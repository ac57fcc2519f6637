"""What a trace backend receives: OTLP over HTTP, read with the protocol's own messages; and passed on to Jaeger."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.request import Request, urlopen

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class ReceivedSpan:
    """`parent` is empty for the first of a trace."""

    service: str
    name: str
    id: str
    parent: str


class Collector:
    """Takes spans at `endpoint` until the end of the block."""

    def __init__(self, forward_to: str | None = None) -> None:
        self._traces: dict[str, list[ReceivedSpan]] = defaultdict(list)
        self._forward_to = forward_to
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def trace(self, trace_id: str) -> list[ReceivedSpan]:
        return list(self._traces[trace_id])

    def take(self, body: bytes) -> None:
        """Raises DecodeError for what is no export request."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = {a.key: a.value.string_value for a in resource.resource.attributes}
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                received = ReceivedSpan(
                    attributes["service.name"], span.name, span.span_id.hex(), span.parent_span_id.hex()
                )
                self._traces[span.trace_id.hex()].append(received)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # http.server's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    assert self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
                    collector.take(body)
                except Exception:
                    self.send_error(400)
                    raise
                if collector._forward_to:
                    headers = {"Content-Type": "application/x-protobuf"}
                    urlopen(Request(collector._forward_to + self.path, body, headers), timeout=10).close()
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                return

        return Handler
