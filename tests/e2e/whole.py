"""The whole system as people run it: the command `tiendo up`, a process."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

from tests.e2e.journey import Urls
from tiendo_local.issuer import Issuer
from tiendo_local.workspace import Workspace, find

READY_SECONDS = 120  # a test machine does other things, too; what is promised is measured in tests/bench
NOW = "2026-12-10"  # mails of the yearly reports are due


class Whole:
    """A `tiendo up` on the folder `local`, until the end of the block. `environment` replaces this process's."""

    def __init__(self, local: Path, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.local = local
        self.output = local.with_suffix(".out")
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tiendo_local", "--local", str(local), "up", *arguments],
                stdout=file,
                stderr=subprocess.STDOUT,
                env=environment,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)

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

    def servers(self) -> list[str]:
        """The command lines of those whose data or settings are in its folder, recorded or not."""
        listed = subprocess.run(
            ["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        return [line for line in listed if f"{self.local}/" in line]

    @property
    def urls(self) -> Urls:
        return Urls(**json.loads((self.local / "state.json").read_text())["urls"])

    @property
    def spans(self) -> Path:
        return Workspace(find().root, self.local).spans

    def get(self, service: str, path: str) -> Any:
        token = Issuer(self.local / "issuer").token("coordinator", "DAK_NONG")
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(getattr(self.urls, service) + path, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
