"""The audit log as origin: batches of exact bytes over HTTP."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
from aiokafka import ConsumerRecord

from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.origin import Name, OriginEvent, Page, signature_of

PATH = "/api/v1/events/batch"
LIMIT = 2000
TRIES = 5
_DECODER = json.JSONDecoder(parse_int=float)  # an integer may be too long for `int`


def client(url: str, token: str) -> httpx.AsyncClient:
    """No proxy of the environment is to read the token."""
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False)


class LogOrigin:
    name: Name = "log"
    complete = True

    def __init__(self, client: httpx.AsyncClient, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._after: int | None = None
        self._read = 0

    async def read(self) -> Page:
        position = {} if self._after is None else {"after": self._after}
        answer = await self._get({"topic": self._topic, "limit": LIMIT, **position})
        following = answer.headers.get("Tiendo-Next")
        # The size was read before the entries, so at worst some are read a second time; the inbox knows them.
        end = int(answer.headers["Tiendo-Size"]) - 1
        self._after = int(following) if following else max(end, self._after or 0) if end >= 0 else None
        events = [self._event(body, members) for body, members in split(answer.text)]
        return Page(events, following is not None)

    def _event(self, body: str, members: dict[str, Any]) -> OriginEvent:
        value = body.encode()
        record = ConsumerRecord(self._topic, 0, self._read, 0, 0, None, value, None, 0, len(value), ())
        self._read += 1
        return OriginEvent(*signature_of(members), record)

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
