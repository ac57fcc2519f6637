"""What `make bench` measures, each in a module with `measure(subject)`, in the order in which they run."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.bench.parts import aggregation, cost, flood, freshness, growth, idle, intake, recovery, relay, security
from tests.bench.subject import Subject

Measured = dict[str, Any]

# Idle comes first, before PostgreSQL has anything to clean up. Aggregation reads what intake left; the relay's records
# are nobody's, and growth needs no service.
PARTS: dict[str, Callable[[Subject], Awaitable[Measured | list[Measured]]]] = {
    "idle": idle.measure,
    "freshness": freshness.measure,
    "cost": cost.measure,
    "flood": flood.measure,
    "intake": intake.measure,
    "aggregation": aggregation.measure,
    "recovery": recovery.measure,
    "relay": relay.measure,
    "growth": growth.measure,
    "security": security.measure,
}
