"""The folder that the workers of one run share: servers, what is made once, and the records by which the run ends them.

It is in memory where there is room: the databases of tests are thousands of files that come and go. `TMPDIR` overrules.
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import psutil
import pytest

from tiendo_local.servers.process import end_leftover

RUN_FOLDER = pytest.StashKey[Path]()
MEMORY = Path("/dev/shm")
ROOM = 6 * 2**30  # bytes; a run takes a third
PREFIX = "tiendo-test-"
# SIGQUIT is PostgreSQL's immediate end: SIGKILL would leave its shared memory behind.
STOP = {"postgres": signal.SIGQUIT}


def make() -> Path:
    """A new one, named after this process. What runs that were killed have left in the same place ends first."""
    place = MEMORY if "TMPDIR" not in os.environ and is_roomy(MEMORY) else Path(tempfile.gettempdir())
    for folder in place.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            end(folder)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    folder.chmod(0o755)  # the account that runs PostgreSQL gets there, too
    return folder


def end(folder: Path) -> None:
    """End the servers of a run, whichever worker started them. Nothing of theirs is kept: they need not tidy up."""
    for record in folder.rglob("*.pid.json"):
        end_leftover(record, (STOP.get(record.name.split(".")[0], signal.SIGKILL), 10.0))
    shutil.rmtree(folder, ignore_errors=True)


def is_roomy(place: Path) -> bool:
    """Whether files there may be programs, and there is room for a run, in the place and in the machine's memory."""
    if not place.is_dir() or not os.access(place, os.W_OK):
        return False
    found = os.statvfs(place)
    free = min(found.f_bavail * found.f_frsize, _free_memory())
    return free >= ROOM and not found.f_flag & os.ST_NOEXEC


def _free_memory() -> int:
    """Of the machine, or of the container if that has less."""
    group = Path("/sys/fs/cgroup")
    try:
        left = int((group / "memory.max").read_text()) - int((group / "memory.current").read_text())
    except (OSError, ValueError):  # no such file, or "max"
        return int(psutil.virtual_memory().available)
    return min(left, int(psutil.virtual_memory().available))
