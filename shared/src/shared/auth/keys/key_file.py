"""Keys from a file, read again whenever it changes: on one's own machine, or where something else fetches them."""

from pathlib import Path

import structlog
from jwt import PyJWK

from shared.auth.keys.key_set import KeySet
from shared.auth.keys.key_source import KeyState, no_keys
from shared.metrics import JWKS_FAILURES
from shared.security_log import keys_changed

log = structlog.get_logger()


class KeyFile:
    """Its last good keys are kept while it is away or half written."""

    def __init__(self, path: Path, service: str) -> None:
        self._path = path
        self._service = service
        self._read: tuple[int, int] | None = None
        self._keys: KeySet | None = None
        self._failure: str | None = None

    async def key(self, kid: str, algorithm: str) -> PyJWK:
        self._refresh()
        if self._keys is None:
            raise no_keys()
        return self._keys.key(kid, algorithm)

    async def state(self) -> KeyState:
        self._refresh()
        return KeyState(len(self._keys or ()), None, self._failure)

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
            if self._read == (found.st_mtime_ns, found.st_size):
                return
            self._read = found.st_mtime_ns, found.st_size
            keys = KeySet.parse(self._path.read_bytes())
            if self._keys is not None:
                keys_changed("tokens", self._keys.names, keys.names)
            self._keys, self._failure = keys, None
        except (OSError, ValueError, RecursionError) as error:
            if self._failure is None:
                JWKS_FAILURES.labels(self._service).inc()
                log.error("jwks.unreadable", error=repr(error)[:300])
            self._failure = type(error).__name__
