"""Free ports on 127.0.0.1, chosen once and kept in a file, so that addresses stay between runs."""

import errno
import random
import socket
import threading
from pathlib import Path

from tiendo_local.console import LocalFault
from tiendo_local.workspace import read_json, write_json

# Below the ephemeral ranges of Linux (32768) and macOS (49152): no outgoing connection takes one of these.
FIRST, LAST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as fault:
            if fault.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def answers(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Ports:
    """Ports by name in `file`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()

    def get(self, name: str, preferred: int | None = None) -> int:
        """`preferred` if it is free, else the stored one if that is free, else a new one that is then stored.

        Raises LocalFault when 200 tries find none.
        """
        with self._lock:
            stored = read_json(self.file)
            others = {port for key, port in stored.items() if key != name}
            for port in (preferred, stored.get(name)):
                if port is not None and is_free(port) and port not in others:
                    return self._store(stored, name, port)
            for _ in range(200):
                port = random.SystemRandom().randrange(FIRST, LAST)
                if port not in others and is_free(port):
                    return self._store(stored, name, port)
        raise LocalFault(f"No free port between {FIRST} and {LAST} for {name}. Stop something and try again.")

    def _store(self, stored: dict[str, int], name: str, port: int) -> int:
        if stored.get(name) != port:
            write_json(self.file, {**stored, name: port})
        return port
