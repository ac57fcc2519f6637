"""The whole system without anything to do: the four services sleep."""

import time

import pytest

from tests.e2e.whole import Whole
from tests.support.counters import wakes

pytestmark = pytest.mark.timeout(400)  # it may be the first to wait for the system

SERVICES = ("submissions", "aggregation", "notifications", "audit")
# A second, of the four: 125 when idle, and 510 when each looked at its outbox and at Kafka 45 times a second.
WAKES = 250
SECONDS = 5
QUIET_SECONDS = 120


def test_an_idle_system_sleeps(system: Whole) -> None:
    """By the kernel's count of its wakes; when what began with the start has been worked off."""
    pids = [system.children[name][0] for name in SERVICES]
    deadline = time.monotonic() + QUIET_SECONDS
    woken = float("inf")
    while woken > WAKES:
        assert time.monotonic() < deadline, f"{woken:.0f} wakes a second"
        before, began = sum(map(wakes, pids)), time.monotonic()
        time.sleep(SECONDS)
        woken = (sum(map(wakes, pids)) - before) / (time.monotonic() - began)
    assert woken > 0
