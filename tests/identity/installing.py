"""Providers of others, brought once below `.local/identity`."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.interop.installation import STAMP, installed
from tiendo_local.workspace import find

HERE = Path(__file__).parent
FOLDER = find().local / "identity"
BRING_SECONDS = 600


def is_brought(name: str) -> bool:
    return (FOLDER / name / STAMP).exists()


def brought(name: str, source: Path, bring: Callable[[Path], None]) -> Path:
    """The folder that `bring` fills, as `source` says."""
    return installed(FOLDER / name, [source], bring)


def run(*command: str | Path, cwd: Path) -> None:
    """Raises CalledProcessError and TimeoutExpired."""
    subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, check=True, timeout=BRING_SECONDS)
