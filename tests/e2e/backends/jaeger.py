"""Jaeger all-in-one, where `make jaeger` has built it: spans in over OTLP, traces out over its HTTP API.

The build takes more of the machine than all tests together, so that no test waits for it.
"""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx

from tiendo_local.lock import locked
from tiendo_local.servers.ports import Ports
from tiendo_local.servers.process import Child
from tiendo_local.workspace import find

MODULE = "github.com/jaegertracing/jaeger"
VERSION = "v1.76.0"
BUILD_SECONDS = 1500
STOP = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))


def binary_file() -> Path:
    return find().local / "jaeger" / VERSION / "jaeger"


def build() -> Path:
    """The binary below `.local/`, built once per version. `go install` refuses modules with replacements."""
    binary = binary_file()
    folder = binary.parent
    with locked(folder / "lock"):
        if binary.exists():
            return binary
        (folder / "go.mod").write_text(f"module jaegertest\n\ngo 1.24\n\nrequire {MODULE} {VERSION}\n")
        environment = os.environ | {"GOFLAGS": "-mod=mod -buildvcs=false"}
        subprocess.run(
            ["go", "build", "-o", binary.name, f"{MODULE}/cmd/all-in-one"],
            cwd=folder,
            env=environment,
            check=True,
            timeout=BUILD_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        return binary


class Jaeger:
    def __init__(self, folder: Path) -> None:
        ports = Ports(folder / "jaeger-ports.json")
        self._ports = {n: ports.get(n, None) for n in ("otlp", "grpc", "query", "queryg", "admin", "chttp", "cgrpc")}
        self._child = Child("jaeger", folder / "jaeger.log")

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._ports['otlp']}"

    def start(self) -> None:
        at = {name: f"127.0.0.1:{port}" for name, port in self._ports.items()}
        flags = {
            "collector.otlp.http.host-port": at["otlp"],
            "collector.otlp.grpc.host-port": at["grpc"],
            "collector.http-server.host-port": at["chttp"],
            "collector.grpc-server.host-port": at["cgrpc"],
            "query.http-server.host-port": at["query"],
            "query.grpc-server.host-port": at["queryg"],
            "admin.http.host-port": at["admin"],
        }
        environment = {"SPAN_STORAGE_TYPE": "memory", "PATH": os.environ["PATH"]}
        self._child.start([binary_file(), *(f"--{name}={value}" for name, value in flags.items())], env=environment)
        self._child.wait_until(lambda: self._answers(f"http://{at['admin']}/"), 60, "healthy")

    def stop(self) -> None:
        self._child.stop(*STOP)

    def trace(self, trace_id: str) -> dict[str, set[str]]:
        """Service → names of its spans in the trace; empty while Jaeger has none."""
        answer = httpx.get(f"http://127.0.0.1:{self._ports['query']}/api/traces/{trace_id}", timeout=5)
        if answer.status_code != 200:
            return {}
        found: dict[str, set[str]] = {}
        traces: list[dict[str, Any]] = answer.json()["data"]
        for trace in traces:
            names = {key: process["serviceName"] for key, process in trace["processes"].items()}
            for span in trace["spans"]:
                found.setdefault(names[span["processID"]], set()).add(span["operationName"])
        return found

    def _answers(self, url: str) -> bool:
        try:
            return httpx.get(url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


if __name__ == "__main__":
    print(build())
