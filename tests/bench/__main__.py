"""`make bench`: print what was measured, its floor and the ratio."""

import asyncio
import json

from tests.bench import aggregation, freshness, intake
from tests.bench.subject import Subject, running


async def _measure(subject: Subject) -> None:
    print(f"{'':62}{'ours':>10}{'floor':>10}{'ratio':>8}  bar", flush=True)
    for part in (freshness, intake, aggregation):
        found = await part.measure(subject)
        rest = {k: round(v, 1) if isinstance(v, float) else v for k, v in found.items() if k not in _SHOWN}
        print(
            f"{found['what']:62}{found['ours']:>10.1f}{found['floor']:>10.1f}{found['ratio']:>8.2f}  {found['bar']}"
            + (f"  {json.dumps(rest)}" if rest else ""),
            flush=True,
        )


_SHOWN = {"what", "ours", "floor", "ratio", "bar"}

if __name__ == "__main__":
    with running() as subject:
        asyncio.run(_measure(subject))
