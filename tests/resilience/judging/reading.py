"""Reading the system over HTTP: whole lists, page by page. Errors are httpx's."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import httpx

from tests.resilience.judging.expected import ROOT

PAGE = "500"
AT_ONCE = 8
MAIL_PAGE = "200"
Item = dict[str, Any]
TokenOf = Callable[[str, str], str]
One = TypeVar("One")
Of = TypeVar("Of")


class Reader:
    def __init__(self, urls: Mapping[str, str], token_of: TokenOf) -> None:
        self._urls, self._token_of = urls, token_of
        self._tokens: dict[str, str] = {}
        self._http = httpx.AsyncClient(timeout=30, limits=httpx.Limits(keepalive_expiry=2))
        self._few = asyncio.Semaphore(AT_ONCE)
        self._log: list[Item] = []
        self._log_cursor: str | None = None

    async def response(self, service: str, path: str, role: str, **query: str) -> httpx.Response:
        """Raises httpx.HTTPStatusError for what is no success."""
        headers = {"Authorization": f"Bearer {self._token(role)}", "Accept-Language": "en"}
        async with self._few:
            answer = await self._http.get(self._urls[service] + path, params=query, headers=headers)
        answer.raise_for_status()
        return answer

    async def get(self, service: str, path: str, role: str = "coordinator", **query: str) -> Any:
        return (await self.response(service, path, role, **query)).json()

    async def pages(self, service: str, path: str, role: str = "coordinator", **query: str) -> list[Item]:
        found: list[Item] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.get(service, path, role, **{"limit": PAGE, **query, **cursor})
            found += page["items"]
            if not page["next"]:
                return found
            cursor = {"cursor": page["next"]}

    async def log(self) -> list[Item]:
        """Every entry by index. Pages that were full are not read again: the log only grows."""
        while True:
            cursor = {"cursor": self._log_cursor} if self._log_cursor else {}
            page = await self.get("audit", "/api/v1/events", "auditor", order="asc", limit=PAGE, **cursor)
            items: list[Item] = page["items"]
            if not page["next"]:
                return self._log + items
            self._log += items
            self._log_cursor = page["next"]

    async def mails(self) -> list[Item]:
        found: list[Item] = []
        before: dict[str, str] = {}
        while True:
            page = await self.get("mailbox", "/api/mails", limit=MAIL_PAGE, **before)
            found += page["items"]
            if not page["next"]:
                return found
            before = {"before": page["next"]}

    async def each(self, asked: Iterable[Of], read: Callable[[Of], Awaitable[One]]) -> dict[Of, One]:
        """`read` for every one of `asked`, a few at a time."""
        wanted = list(asked)
        return dict(zip(wanted, await asyncio.gather(*map(read, wanted)), strict=True))

    async def close(self) -> None:
        await self._http.aclose()

    def _token(self, role: str) -> str:
        if role not in self._tokens:
            self._tokens[role] = self._token_of(role, ROOT)
        return self._tokens[role]
