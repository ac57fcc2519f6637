"""A file that may be exchanged while a process runs: read again when it has changed."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

T = TypeVar("T")

LOOK_SECONDS = 1.0

log = structlog.get_logger()


class WatchedFile(Generic[T]):
    """What `read` makes of the file's bytes (ValueError: nothing). The last good one is kept while the file is away or
    half written."""

    def __init__(self, path: Path, read: Callable[[bytes], T]) -> None:
        """Raises OSError, ValueError."""
        self._path = path
        self._read = read
        self._seen = self._stat()
        self._value = read(path.read_bytes())
        self._looked_at = time.monotonic()

    def value(self) -> T:
        """Looks at the file once a second."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self._look()
        return self._value

    def _look(self) -> None:
        try:
            if (found := self._stat()) != self._seen:
                self._seen = found
                self._value = self._read(self._path.read_bytes())
        except (OSError, ValueError) as error:
            log.error("keys.unreadable", file=self._path.name, error=type(error).__name__)

    def _stat(self) -> tuple[int, int, int]:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
