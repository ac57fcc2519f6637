"""Advisory locks that the system gives back when their holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tiendo_local.console import LocalFault


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Wait until nobody else on this machine is inside a block with the same `file`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_held(folder: Path) -> bool:
    """Whether a `tiendo up` runs on the folder."""
    path = folder / "lock"
    if not path.exists():
        return False
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """One `tiendo up` per `.local`: hold the lock of `folder`. Raises LocalFault naming the process that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "?"
            text = (
                f"The system already runs on {folder} (process {holder}). Stop it with Ctrl-C there, or: kill {holder}"
            )
            raise LocalFault(text) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
