"""The audit log as origin: batches of exact bytes over HTTP.

Nothing of it is believed that its chain and its signatures do not bear out: who could write into the log, or answer in
its place, would otherwise choose the figures of the province (docs/decisions/0033).
"""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from aiokafka import ConsumerRecord

from aggregation.rebuild.errors import CouldNotCompare, NotBelieved
from aggregation.rebuild.origin import Name, OriginEvent, Page, signature_of
from aggregation.rebuild.proof.chain import BrokenChain, Chain
from aggregation.rebuild.proof.signers import LoggedEvent, Signers
from shared.messaging.signing.signature import HEADER
from shared.messaging.signing.signature_verifier import SignatureVerifier

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


@dataclass(frozen=True, slots=True)
class LoggedRecord:
    """An event of the log: its members, and the record that it was. `index` None: the log was not asked for it."""

    members: dict[str, Any]
    record: ConsumerRecord
    index: int | None


class LogPages:
    """The entries of a topic in the order of the log, page after page. Nothing is checked here."""

    def __init__(self, client: httpx.AsyncClient, topic: str, *, signatures: bool) -> None:
        self._client = client
        self._topic = topic
        self._signatures = {"signatures": True} if signatures else {}
        self._after: int | None = None
        self._read = 0

    async def read(self) -> tuple[list[LoggedRecord], bool]:
        """And whether more follows. Raises `CouldNotCompare`."""
        position = {} if self._after is None else {"after": self._after}
        answer = await self._get({"topic": self._topic, "limit": LIMIT, **position, **self._signatures})
        following = answer.headers.get("Tiendo-Next")
        # The size was read before the entries, so at worst some are read a second time; the inbox knows them.
        end = int(answer.headers["Tiendo-Size"]) - 1
        self._after = int(following) if following else max(end, self._after or 0) if end >= 0 else None
        return [self._entry(*read) for read in self._split(answer.text)], following is not None

    def _split(self, text: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Of each event its text, its members and, where signatures are asked for, what else the log tells of it."""
        if not self._signatures:
            yield from ((body, members, {}) for body, members in split(text))
            return
        told, separator, batch = text.partition(',"events":')
        if not separator:
            raise CouldNotCompare("the audit service tells no signatures: it is of an earlier version")
        entries = json.loads(told + "}")["entries"]
        yield from ((*event, entry) for event, entry in zip(split(batch), entries, strict=True))

    def _entry(self, body: str, members: dict[str, Any], about: dict[str, Any]) -> LoggedRecord:
        value, signature = body.encode(), about.get("signature")
        headers = () if signature is None else ((HEADER, signature.encode("latin-1")),)
        record = ConsumerRecord(self._topic, 0, self._read, 0, 0, None, value, None, 0, len(value), headers)
        self._read += 1
        return LoggedRecord(members, record, about.get("index"))

    async def index(self, id: str) -> str:
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


class LogOrigin:
    name: Name = "log"
    complete = True

    def __init__(
        self,
        client: httpx.AsyncClient,
        topic: str,
        verifier: SignatureVerifier | None = None,
        *,
        gap_seconds: float = GAP_SECONDS,
    ) -> None:
        """`gap_seconds`: how long a missing number is waited for."""
        self._pages = LogPages(client, topic, signatures=verifier is not None)
        self._signers = Signers(verifier)
        self._gap_seconds = gap_seconds
        self._gap_since: float | None = None
        self._chain = Chain()

    async def read(self) -> Page:
        try:
            entries, more = await self._pages.read()
            events = [self._event(entry) for entry in entries]
            return Page(events, more or await self._waits())
        except NotBelieved as fault:
            where = [await self._pages.index(id) for id in fault.ids]
            raise CouldNotCompare(f"{fault} (entries of the log: {', '.join(where)})" if where else fault) from fault

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

    def _event(self, entry: LoggedRecord) -> OriginEvent:
        """Raises `NotBelieved`."""
        members, record = entry.members, entry.record
        number = self._chain.add(members, record.value)
        self._signers.check(
            record, LoggedEvent(str(members.get("source")), number, entry.index, str(members.get("id")))
        )
        return OriginEvent(*signature_of(members), record)


def split(batch: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each event of a batch: its text, exactly as it stands there, and its members."""
    position = 1
    while position < len(batch) and batch[position] != "]":
        members, end = _DECODER.raw_decode(batch, position)
        yield batch[position:end], members
        position = end + (batch[end : end + 1] == ",")
