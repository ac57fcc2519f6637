"""`make bench`: print what was measured, its floor and the ratio. `ARGS="relay recovery"` measures only those."""

import asyncio
import json
import sys

from tests.bench.parts import PARTS
from tests.bench.subject import Subject, running

_SHOWN = {"what", "ours", "floor", "ratio", "bar"}


async def _measure(subject: Subject, names: list[str]) -> None:
    print(f"{'':62}{'ours':>10}{'floor':>10}{'ratio':>8}  bar", flush=True)
    for name in names:
        measured = await PARTS[name](subject)
        for found in measured if isinstance(measured, list) else [measured]:
            rest = {k: round(v, 1) if isinstance(v, float) else v for k, v in found.items() if k not in _SHOWN}
            print(
                f"{found['what']:62}{found['ours']:>10.1f}{found['floor']:>10.1f}{found['ratio']:>8.2f}  {found['bar']}"
                + (f"  {json.dumps(rest)}" if rest else ""),
                flush=True,
            )


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    with running() as subject:
        asyncio.run(_measure(subject, [name for name in PARTS if name in wanted]))
