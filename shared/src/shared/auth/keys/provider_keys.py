"""Keys of the identity provider, over HTTP: fetched when they are needed, kept while the provider is away."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import structlog
from jwt import PyJWK

from shared.auth.keys.key_set import KeySet
from shared.auth.keys.key_source import RETRY_SECONDS, KeyState, no_keys
from shared.metrics import JWKS_FAILURES
from shared.security_log import keys_changed
from shared.settings.authorities import trusting

FRESH_SECONDS = 60
"""A key that the provider takes out stops working after about this long, whatever its caching headers say."""
KEPT_SECONDS = 24 * 3600
"""So long keys serve without an answer of the provider. What it signed lasts no longer, and a stolen key must end."""
FETCH_SECONDS = 5.0
PATIENCE_SECONDS = 1.0
"""So long a request waits for newer keys when the ones there would do."""
MAX_BYTES = 1024 * 1024

log = structlog.get_logger()


class ProviderKeys:
    """One request to the provider at a time, and none within RETRY_SECONDS of the one before, whoever asks for what.

    So neither an outage nor a sender of invented key names makes a request of each token.
    """

    def __init__(
        self, url: str, service: str, now: Callable[[], float] = time.monotonic, *, ca_file: Path | None = None
    ) -> None:
        """`now` in seconds of a clock that never goes back; `ca_file` instead of the public authorities.

        Raises OSError for a `ca_file` that was there at the start and is no more.
        """
        self._url = url
        self._service = service
        self._now = now
        # Made once, for reading the certificates blocks the loop for 50 ms; no connection lives until the next minute.
        # `_fetch` bounds the time: httpx bounds each read, not all of them.
        self._client = httpx.AsyncClient(
            verify=trusting(ca_file) if ca_file else True,
            timeout=2 * FETCH_SECONDS,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self._keys: KeySet | None = None
        self._fetched = self._tried = float("-inf")
        self._failure: str | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str, algorithm: str) -> PyJWK:
        """A name that is not there may be a new key: it is asked for once more. During an outage nobody knows: 503."""
        await self._renew()
        keys = self._usable()
        if keys is None or kid not in keys:
            await self._refresh(FETCH_SECONDS)
            keys = self._usable()
        if keys is None or (self._failure and kid not in keys):
            raise no_keys()
        return keys.key(kid, algorithm)

    async def state(self) -> KeyState:
        await self._renew()
        keys = self._usable()
        return KeyState(len(keys), round(self._age(), 1), self._failure) if keys else KeyState(0, None, self._failure)

    def _age(self) -> float:
        return self._now() - self._fetched

    def _usable(self) -> KeySet | None:
        return self._keys if self._age() <= KEPT_SECONDS else None

    async def _renew(self) -> None:
        """Nobody waits for a provider that is known to be away."""
        if self._age() > FRESH_SECONDS:
            await self._refresh(0 if self._failure else PATIENCE_SECONDS)

    async def _refresh(self, patience: float) -> None:
        """Wait at most `patience` seconds for the request that runs, or for one that starts if the last is long ago."""
        if self._fetching is None or self._fetching.done():
            if self._now() - self._tried < RETRY_SECONDS:
                return
            self._tried = self._now()
            self._fetching = asyncio.create_task(self._fetch(self._tried), name="jwks")
        await asyncio.wait({self._fetching}, timeout=patience)

    async def _fetch(self, started: float) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                keys = KeySet.parse(await self._download())
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, RecursionError) as error:
            self._failure = _named(error)
            JWKS_FAILURES.labels(self._service).inc()
            log.error("jwks.unreachable", error=self._failure, kept_keys=len(self._usable() or ()))
        else:
            if self._failure:
                log.info("jwks.reachable", keys=len(keys))
            if self._keys is not None:
                keys_changed("tokens", self._keys.names, keys.names)
            self._keys, self._fetched, self._failure = keys, started, None

    async def _download(self) -> bytes:
        """Raises ValueError for more than a list of keys can be, HTTPError for any status but one of success."""
        written = b""
        async with self._client.stream("GET", self._url, headers={"Accept": "application/json"}) as answer:
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                written += part
                if len(written) > MAX_BYTES:
                    raise ValueError(f"more than {MAX_BYTES} bytes")
        return written


def _named(error: Exception) -> str:
    """Never httpx's words for a status: the address in them may hold a password."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"status {error.response.status_code}"
    return f"{type(error).__name__}: {error}"[:200].removesuffix(": ")
