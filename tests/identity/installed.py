"""What others make, brought once below `.local/identity`."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tiendo_local.lock import locked
from tiendo_local.workspace import find

HERE = Path(__file__).parent
BRING_SECONDS = 600


def folder_of(name: str) -> Path:
    return find().local / "identity" / name


def is_installed(name: str, wanted: str) -> bool:
    """Whether it is there as the text `wanted` asks for."""
    marker = folder_of(name) / ".complete"
    return marker.exists() and marker.read_text(encoding="utf-8") == wanted


def install(name: str, wanted: str, bring: Callable[[Path], None]) -> Path:
    """The folder that `bring` fills, whole or not at all; whoever else needs it waits."""
    folder = folder_of(name)
    with locked(folder.with_name(f"{name}.lock")):
        if not is_installed(name, wanted):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            bring(folder)
            (folder / ".complete").write_text(wanted, encoding="utf-8")
    return folder


def run(*command: str | Path, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, check=True, timeout=BRING_SECONDS)


def needed(*programs: str) -> None:
    """Skip a test for which a program is not on this machine."""
    if missing := [program for program in programs if shutil.which(program) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
