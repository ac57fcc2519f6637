"""Whether a worker makes progress. Pure: ages in, verdict out.

A restart mends what hangs inside the process: a relay that does not come round, a consumer that became a zombie after a
broker restart, a loop that died. It mends neither Kafka nor PostgreSQL, so what needs one of them is judged only while
that one answers, and long enough for the process to have recovered by itself. Having nothing to do is no fault.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Probe:
    """One thing that must go on. `age`: seconds since it last did while there was something to do, None if there was
    not. `ended`: it is over and will not come back."""

    name: str
    age: float | None
    kafka: bool = False
    database: bool = False
    ended: bool = False


@dataclass(frozen=True)
class Reached:
    """For how many seconds a server has answered; None if it does not, or nobody has asked."""

    kafka: float | None
    database: float | None


def stuck(probe: Probe, reached: Reached, limit: float) -> str | None:
    """Why this process should be started again, or None. `limit` in seconds."""
    if probe.ended:
        return f"{probe.name}: ended"
    if probe.age is None or probe.age <= limit:
        return None
    needed = [up for needs, up in ((probe.kafka, reached.kafka), (probe.database, reached.database)) if needs]
    if any(up is None or up < limit / 2 for up in needed):
        return None
    return f"{probe.name}: no progress for {probe.age:.0f} s"


def suspicious(probes: Iterable[Probe], limit: float) -> bool:
    """Whether it is time to find out if Kafka answers: well before `stuck` wants to know for how long it has."""
    return any(probe.kafka and probe.age is not None and probe.age > limit / 4 for probe in probes)
