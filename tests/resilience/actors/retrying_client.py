"""A request that is repeated, the same with the same Idempotency-Key, until there is a definite answer (2xx or 4xx)."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(5, connect=2)
# Uvicorn closes idle connections after 5 s: a request sent just then would be a failure of ours.
LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=2)
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
# A 4xx that says nothing about the request itself.
AGAIN = {408, 425, 429}


@dataclass(frozen=True)
class Answer:
    """`unsure`: an earlier try ended without an answer, so that it may have taken effect before this one."""

    status: int
    body: Any
    headers: Mapping[str, str]
    unsure: bool

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Of the problem that was answered."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class RetryingClient:
    """Counts what it does. `failed` is told of every try that failed, in words."""

    def __init__(
        self, counts: Counter[str], failed: Callable[[str], None], *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.http = httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS, transport=transport)
        self.counts = counts
        self._failed = failed
        self.give_up_at = float("inf")  # time.monotonic()

    async def get(self, url: str, token: str, **query: str) -> Answer | None:
        return await self.ask("GET", url, token, params=query)

    async def post(
        self, url: str, token: str, body: Mapping[str, Any], *, key: str, headers: Mapping[str, str] | None = None
    ) -> Answer | None:
        return await self.ask("POST", url, token, json=body, headers={"Idempotency-Key": key, **(headers or {})})

    async def ask(
        self, method: str, url: str, token: str, *, headers: Mapping[str, str] | None = None, **rest: Any
    ) -> Answer | None:
        """None when there was no definite answer until `give_up_at`."""
        pause, unsure = FIRST_PAUSE, False
        self.counts["requests"] += 1
        while True:
            try:
                answer = await self.http.request(
                    method, url, headers={"Authorization": f"Bearer {token}", **(headers or {})}, **rest
                )
                if answer.status_code < 500 and answer.status_code not in AGAIN:
                    return Answer(answer.status_code, _json(answer), answer.headers, unsure)
                told = f"{method} {url}: {answer.status_code} {answer.text[:200]}"
                self.counts[f"status {answer.status_code}"] += 1
            except httpx.TransportError as error:
                told = f"{method} {url}: {type(error).__name__} {error}"
                self.counts[type(error).__name__] += 1
            unsure = True
            self._failed(told)
            if time.monotonic() > self.give_up_at:
                return None
            self.counts["retries"] += 1
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def close(self) -> None:
        await self.http.aclose()


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
