"""The system that is measured, started for the purpose in a temporary folder."""

import asyncio
import json
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tiendo_local.system import System
from tiendo_local.workspace import Workspace, find

PERIOD = "2026"
FORM = "B01-XA"


class Subject:
    stop = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 10.0))

    def __init__(self, system: System) -> None:
        self.system = system

    def start_services(self) -> None:
        """Those that another part has stopped."""
        for name, child in self.system.services.items():
            if not child.alive:
                self.system.restart(name)

    async def duties(self, n: int) -> list[dict[str, Any]]:
        """The first n communes' opened yearly forms, each with its fields and a reporter's token."""
        base = self.system.urls["submissions"] + "/api/v1"
        coordinator = {"Authorization": f"Bearer {self.system.issuer.token('coordinator', 'DAK_NONG')}"}
        async with httpx.AsyncClient(base_url=base, headers=coordinator, timeout=60) as client:
            opened = await client.post("/obligations/opening", json={"period": PERIOD})
            opened.raise_for_status()
            found = await client.get("/obligations", params={"period": PERIOD, "form": FORM, "limit": "200"})
            items = found.raise_for_status().json()["items"][:n]
            details = await asyncio.gather(*(client.get(f"/obligations/{item['id']}") for item in items))
        return [
            {**detail.raise_for_status().json(), "token": self.system.issuer.token("reporter", item["unit"])}
            for item, detail in zip(items, details, strict=True)
        ]

    def free_port(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def listens(self, port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0


def submission_body(duty: dict[str, Any], *, boys: int = 112, reason: str | None = None) -> bytes:
    """A complete, valid answer to the commune's yearly form, as JSON bytes."""
    values = {"n_live_births_male": str(boys), "n_live_births_female": "100", "female_key_leader": "1"}
    observations = [
        {
            "measure": f["measure"],
            "value": values.get(f["measure"], "10"),
            "disaggregation": f["disaggregation"],
            "status": "final",
            "note": None,
        }
        for f in duty["fields"]
        if f["required"]
    ]
    body: dict[str, Any] = {"observations": observations, "narrative": {}, "evidence": [], "reason": reason}
    return json.dumps(body, ensure_ascii=False).encode()


@contextmanager
def running() -> Iterator[Subject]:
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        Path(folder).chmod(0o755)
        system = System(Workspace(find().root, Path(folder) / "local"), fixed_ports=False)
        system.start()
        try:
            yield Subject(system)
        finally:
            system.stop()
