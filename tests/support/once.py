"""What the workers of one run share is made once: the first that needs it makes it, the others wait for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tiendo_local.lock import locked
from tiendo_local.workspace import read_json, write_json


def once(folder: Path, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` told (JSON) in whichever process asked first for `name`. If it raises, the next one tries again."""
    with locked(folder / f"{name}.lock"):
        told = folder / f"{name}.json"
        if not told.exists():
            write_json(told, make())
        return read_json(told)
