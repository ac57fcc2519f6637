"""The command as people run it: it gets ready, finds its data again, stops what it started, tells what died."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tiendo_local.issuer import Issuer
from tiendo_local.servers.process import born

READY_SECONDS = 120  # a test machine does other things, too; what is promised is measured in tests/bench
pytestmark = pytest.mark.timeout(400)


class Run:
    """A `tiendo up` on `local`."""

    def __init__(self, local: Path, *arguments: str) -> None:
        self.local = local
        self.output = local.with_suffix(".out")
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tiendo_local", "--local", str(local), "up", *arguments],
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while "\nready in " not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(90)

    @property
    def children(self) -> dict[str, tuple[int, str]]:
        """Id and birth of every child, by name."""
        records = [*self.local.glob("run/*.pid.json"), *self.local.glob("*/*.pid.json")]
        found = {r.name.split(".")[0]: json.loads(r.read_text()) for r in records}
        return {name: (record["pid"], record["born"]) for name, record in found.items()}

    def get(self, service: str, path: str) -> Any:
        base = json.loads((self.local / "state.json").read_text())["urls"][service]
        token = Issuer(self.local / "issuer").token("coordinator", "DAK_NONG")
        request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not come"
        time.sleep(0.02)


@contextmanager
def up(local: Path, *arguments: str) -> Iterator[Run]:
    run = Run(local, *arguments)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.stop(signal.SIGTERM)


@pytest.fixture(scope="module")
def local(server_folder: Path) -> Path:
    return server_folder / "whole"


def obligations(run: Run) -> set[str]:
    answer = run.get("submissions", "/api/v1/obligations?period=2026&limit=100")
    return {item["id"] for item in answer["items"]}


def test_up_twice_and_a_death(local: Path) -> None:
    with up(local, "--now", "2026-11-02") as run:
        run.wait_ready()
        before = obligations(run)
        assert before
        assert "02/11/2026" in run.said
        assert "tiendo token --role reporter --unit SO_Y_TE" in run.said
        second = Run(local.with_name("second"))
        wait_for(second.local / "ports.json")
        assert second.stop(signal.SIGTERM) == 0  # while it starts
        assert "Stopped." in second.said
        assert not any(born(pid) == when for pid, when in second.children.values())
        children = run.children
        assert {"submissions", "aggregation", "notifications", "audit", "mailbox", "postgres"} <= set(children)
        assert run.stop(signal.SIGINT) == 0
        assert re.search(r"Stopping.*\nStopped\.", run.said)
        assert not [name for name, (pid, when) in children.items() if born(pid) == when]

    with up(local, "--now", "2026-11-02") as run:
        run.wait_ready()
        assert obligations(run) >= before
        os.kill(run.children["audit"][0], signal.SIGKILL)
        assert run.process.wait(90) == 1
        assert "audit ended with signal SIGKILL. Its log ends:" in run.said
        assert not [name for name, (pid, when) in run.children.items() if born(pid) == when]
