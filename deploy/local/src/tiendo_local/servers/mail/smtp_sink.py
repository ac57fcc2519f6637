"""An SMTP server that keeps what it gets in a list and fails when told to: for tests of mail senders."""

import asyncio
import contextlib
import threading
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

Stage = Literal["mail", "rcpt", "data"]
SIZE_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class CaughtMail:
    """One mail as it came: the envelope, the bytes and their parsed form."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass
class _Fault:
    reply: str | None  # None: the connection is cut
    kept: bool  # whether the mail is kept although the sender does not hear so


@dataclass
class SmtpSink:
    """Listens on 127.0.0.1:`port`, in a thread of its own. Use as a context manager."""

    messages: list[CaughtMail] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0

    def __post_init__(self) -> None:
        self._faults: dict[str, deque[_Fault]] = {"mail": deque(), "rcpt": deque(), "data": deque()}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp-sink", daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> "SmtpSink":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def fail(self, stage: Stage = "data", reply: str = "451 4.3.0 Try again later", times: int = 1) -> None:
        """Answer the next `times` commands of `stage` with `reply`."""
        self._faults[stage].extend(_Fault(reply, False) for _ in range(times))

    def drop(self, stage: Stage = "data", *, kept: bool = False, times: int = 1) -> None:
        """Cut the connection at the next `times` commands of `stage`; `kept`: after the mail was taken."""
        self._faults[stage].extend(_Fault(None, kept) for _ in range(times))

    def clear(self) -> None:
        """Forget mails and faults."""
        self.messages.clear()
        for queue in self._faults.values():
            queue.clear()

    async def arrived(self, count: int = 1, seconds: float = 10) -> list[CaughtMail]:
        """Wait until `count` mails are here. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.messages) < count:  # noqa: ASYNC110  # mails arrive in the loop of another thread
                await asyncio.sleep(0.02)
        return list(self.messages)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: SMTP(self, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, loop=self._loop), self.host, 0
        )

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        rest = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    # The names below are aiosmtpd's.
    async def handle_MAIL(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._fault("mail", server)
        if fault:
            return fault
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._fault("rcpt", server)
        if fault:
            return fault
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        mail = CaughtMail(envelope.mail_from or "", tuple(map(str, envelope.rcpt_tos)), content)
        fault = self._fault("data", server, mail)
        if fault:
            return fault
        self.messages.append(mail)
        return "250 OK"

    def _fault(self, stage: Stage, server: Any, mail: CaughtMail | None = None) -> str | None:
        if not self._faults[stage]:
            return None
        fault = self._faults[stage].popleft()
        if mail is not None and fault.kept:
            self.messages.append(mail)
        if fault.reply is not None:
            return fault.reply
        with contextlib.suppress(Exception):
            server.transport.abort()
        return "421 4.3.2 Gone"
