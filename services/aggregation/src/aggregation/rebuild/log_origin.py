"""The audit log as origin: batches of exact bytes over HTTP.

Nothing of it is believed that its chain does not bear out: who could write into the log, or answer in its place, would
otherwise choose the figures of the province (docs/decisions/0033).
"""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
from aiokafka import ConsumerRecord

from aggregation.rebuild.chain import BrokenChain, Chain
from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.origin import Name, OriginEvent, Page, signature_of

PATH = "/api/v1/events/batch"
# An event may come into the log so much later than one that was sent after it (docs/decisions/0010).
GAP_SECONDS = 30.0
LOOK_SECONDS = 0.2
LIMIT = 2000
TRIES = 5
_DECODER = json.JSONDecoder(parse_int=float)  # an integer may be too long for `int`


def client(url: str, token: str) -> httpx.AsyncClient:
    """No proxy of the environment is to read the token."""
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False)


class LogOrigin:
    name: Name = "log"
    complete = True

    def __init__(self, client: httpx.AsyncClient, topic: str, *, gap_seconds: float = GAP_SECONDS) -> None:
        self._client = client
        self._gap_seconds = gap_seconds
        self._gap_since: float | None = None
        self._chain = Chain()
        self._topic = topic
        self._after: int | None = None
        self._read = 0

    async def read(self) -> Page:
        try:
            return await self._read_page()
        except BrokenChain as broken:
            where = [await self._index(id) for id in broken.ids]
            raise CouldNotCompare(f"{broken} (entries of the log: {', '.join(where)})" if where else broken) from broken

    async def _read_page(self) -> Page:
        position = {} if self._after is None else {"after": self._after}
        answer = await self._get({"topic": self._topic, "limit": LIMIT, **position})
        following = answer.headers.get("Tiendo-Next")
        # The size was read before the entries, so at worst some are read a second time; the inbox knows them.
        end = int(answer.headers["Tiendo-Size"]) - 1
        self._after = int(following) if following else max(end, self._after or 0) if end >= 0 else None
        events = [self._event(body, members) for body, members in split(answer.text)]
        return Page(events, following is not None or await self._waits())

    async def _waits(self) -> bool:
        """At the end of the log, whether a number is still missing. Raises `BrokenChain` when it has been for long."""
        missing = self._chain.missing()
        if missing is None:
            self._gap_since = None
            return False
        self._gap_since = self._gap_since or time.monotonic()
        if time.monotonic() - self._gap_since >= self._gap_seconds:
            raise BrokenChain(missing)
        await asyncio.sleep(LOOK_SECONDS)
        return True

    def _event(self, body: str, members: dict[str, Any]) -> OriginEvent:
        value = body.encode()
        self._chain.add(members, value)
        record = ConsumerRecord(self._topic, 0, self._read, 0, 0, None, value, None, 0, len(value), ())
        self._read += 1
        return OriginEvent(*signature_of(members), record)

    async def _index(self, id: str) -> str:
        answer = await self._client.get(f"/api/v1/events/{quote(id, safe='')}")
        return str(answer.json()["index"]) if answer.status_code == 200 else f"unknown, of event {id}"

    async def _get(self, params: dict[str, Any]) -> httpx.Response:
        for attempt in range(TRIES):
            try:
                answer = await self._client.get(PATH, params=params)
            except httpx.TransportError as error:
                fault = f"the audit service does not answer: {error!r}"
            else:
                if answer.status_code == 200:
                    return answer
                fault = f"the audit service answers {answer.status_code}"
                if answer.status_code < 500:
                    break
            await asyncio.sleep(0.2 * 2**attempt)
        raise CouldNotCompare(f"{fault}. Look at AUDIT_URL, and at AUDIT_TOKEN: its role must read the whole log.")


def split(batch: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each event of a batch: its text, exactly as it stands there, and its members."""
    position = 1
    while position < len(batch) and batch[position] != "]":
        members, end = _DECODER.raw_decode(batch, position)
        yield batch[position:end], members
        position = end + (batch[end : end + 1] == ",")
