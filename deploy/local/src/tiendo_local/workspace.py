"""Where the local system keeps its things: the checkout and the folder `.local` in it."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Workspace:
    """`root` is the checkout, `local` the folder that holds everything a run leaves behind."""

    root: Path
    local: Path

    @property
    def spans(self) -> Path:
        return self.local / "spans"

    @property
    def logs(self) -> Path:
        return self.local / "logs"

    @property
    def mailbox(self) -> Path:
        return self.local / "mailbox"

    @property
    def event_keys(self) -> Path:
        return self.local / "event-keys"

    @property
    def state(self) -> Path:
        return self.local / "state.json"

    def remember_demonstration(self, begins: bool) -> bool:
        """Whether the data of this folder are illustrative: they stay so after a demonstration was played once."""
        marker = self.local / "demonstration"
        if begins:
            marker.touch()
        return marker.exists()

    @property
    def kafka_pom(self) -> Path:
        return self.root / "deploy" / "local" / "kafka" / "pom.xml"

    @property
    def kafka_jars(self) -> Path:
        """Parent of `<version>/jars`: shared by every system of this checkout, tests included."""
        return self.root / ".local" / "kafka"

    def make(self) -> None:
        """Create the folders."""
        for folder in (self.local, self.spans, self.logs, self.mailbox):
            folder.mkdir(parents=True, exist_ok=True)


def find(local: str | Path | None = None) -> Workspace:
    """The checkout this package runs from, else the current folder; `TIENDO_LOCAL_DIR` moves `.local`."""
    here = Path(__file__).resolve()
    root = next((p for p in here.parents if (p / "deploy" / "local" / "kafka").is_dir()), Path.cwd())
    chosen = local or os.environ.get("TIENDO_LOCAL_DIR")
    return Workspace(root, Path(chosen).resolve() if chosen else root / ".local")


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step with a file only its owner can read (0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`; empty when there is no such file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if not isinstance(found, dict):
        print(f"{path}: expected a JSON object, ignored", file=sys.stderr)
        return {}
    return found


def write_json(path: Path, value: dict[str, Any]) -> None:
    write_private(path, json.dumps(value, indent=1, sort_keys=True) + "\n")
