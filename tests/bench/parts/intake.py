"""Intake: `POST obligations/{id}/submissions` against a bare endpoint that writes the same rows."""

import json
import statistics
import sys
from typing import Any
from uuid import uuid4

from tests.bench import load
from tests.bench.subject import Subject, submission_body
from tiendo_local.servers.process import Child
from tiendo_local.services import answers_ok

CONNECTIONS = 16
SECONDS = 4.0
ROUNDS = 3


async def measure(subject: Subject) -> dict[str, Any]:
    """Requests a second of both, in turns, medians of the rounds. Nothing else runs on the machine meanwhile."""
    duties = await subject.duties(CONNECTIONS)
    system = subject.system
    for child in system.services.values():
        child.stop(*subject.stop)
    api = system.services["submissions"]
    api.start([sys.executable, "-m", "submissions", "api"], env=system.environments["submissions"])
    api.wait_until(lambda: answers_ok(system.urls["submissions"] + "/readyz"), 60, "ready")
    floor = Child("floor", system.workspace.logs / "floor.log")
    port = subject.free_port()
    system.postgres.create_database("floor")
    url = system.postgres.url("floor", driver="+asyncpg")
    floor.start([sys.executable, "-m", "tests.bench.floor", str(port), url])
    floor.wait_until(lambda: subject.listens(port), 60, "listening")
    bodies = {duty["id"]: submission_body(duty, reason="Đo tốc độ") for duty in duties}

    def ours(duty: dict[str, Any]) -> load.Request:
        def request(_: int) -> tuple[str, dict[str, str], bytes]:
            return (
                f"/api/v1/obligations/{duty['id']}/submissions",
                {
                    "Authorization": f"Bearer {duty['token']}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": str(uuid4()),
                },
                bodies[duty["id"]],
            )

        return request

    def bare(n: int, duty: dict[str, Any]) -> load.Request:
        def request(_: int) -> tuple[str, dict[str, str], bytes]:
            headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
            return f"/{n}", headers, bodies[duty["id"]]

        return request

    rates: dict[str, list[float]] = {"ours": [], "floor": []}
    try:
        for round_ in range(ROUNDS + 1):
            seconds = SECONDS if round_ else 1.0
            floor_rate = await load.rate(port, [bare(n, d) for n, d in enumerate(duties)], seconds)
            our_rate = await load.rate(system.ports["submissions"], [ours(d) for d in duties], seconds)
            if round_:
                rates["floor"].append(floor_rate)
                rates["ours"].append(our_rate)
    finally:
        floor.stop(*subject.stop)
        api.stop(*subject.stop)
    ratios = [o / f for o, f in zip(rates["ours"], rates["floor"], strict=True)]
    return {
        "what": "intake, submissions/s at 16 connections",
        "ours": statistics.median(rates["ours"]),
        "floor": statistics.median(rates["floor"]),
        "ratio": statistics.median(ratios),
        "bar": "≥ 0.45",
        "body_bytes": len(json.dumps(json.loads(next(iter(bodies.values()))))),
    }
