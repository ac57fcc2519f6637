"""The command as people run it: it gets ready, finds its data again, stops what it started, tells what died.

The last tests of the system that the journey went through: they end it.
"""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.whole import NOW, READY_SECONDS, Whole
from tiendo_local.servers.process import born

pytestmark = pytest.mark.timeout(400)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not come"
        time.sleep(0.02)


def obligations(run: Whole) -> set[str]:
    answer = run.get("submissions", "/api/v1/obligations?period=2026&limit=100")
    return {item["id"] for item in answer["items"]}


def test_up_twice_and_a_death(system: Whole) -> None:
    before = obligations(system)
    assert before
    assert "10/12/2026" in system.said
    assert f"tiendo --local {system.local} token --role reporter --unit SO_Y_TE" in system.said
    second = Whole(system.local.with_name("second"))
    wait_for(second.local / "ports.json")
    assert second.stop(signal.SIGTERM) == 0  # while it starts
    assert "Stopped." in second.said
    assert not [name for name, (pid, when) in second.children.items() if born(pid) == when]
    assert not second.servers()
    children = system.children
    assert any("postgres" in line for line in system.servers())
    assert {"submissions", "aggregation", "notifications", "audit", "mailbox", "postgres"} <= set(children)
    assert system.stop(signal.SIGINT) == 0
    assert re.search(r"Stopping.*\nStopped\.", system.said)
    assert not [name for name, (pid, when) in children.items() if born(pid) == when]

    with Whole(system.local, "--now", NOW) as run:
        run.wait_ready()
        assert obligations(run) >= before
        os.kill(run.children["audit"][0], signal.SIGKILL)
        assert run.process.wait(90) == 1
        assert "audit ended with signal SIGKILL. Its log ends:" in run.said
        assert not [name for name, (pid, when) in run.children.items() if born(pid) == when]
