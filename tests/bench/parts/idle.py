"""What the system costs when nobody does anything: CPU of every process, PostgreSQL and the broker with it."""

import asyncio
from typing import Any

from tests.bench.parts.cost import cpu, settled
from tests.bench.subject import Subject

# A broker that has just been started spends its time compiling itself.
QUIET_SECONDS = 60
SECONDS = 30


async def measure(subject: Subject) -> dict[str, Any]:
    subject.start_services()
    await settled(subject)
    await asyncio.sleep(QUIET_SECONDS)
    before = cpu(subject)
    await asyncio.sleep(SECONDS)
    spent = {name: (after - before[name]) / SECONDS * 100 for name, after in cpu(subject).items()}
    total = sum(spent.values())
    return {
        "what": f"idle, % of a core over {SECONDS} s",
        "ours": total,
        "floor": 5.0,
        "ratio": total / 5.0,
        "bar": "≤ 5 %",
        **{name: round(percent, 2) for name, percent in spent.items()},
    }
