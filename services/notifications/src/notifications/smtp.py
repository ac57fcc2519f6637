"""Mail leaves here. What a server answers becomes one of three outcomes; nothing of SMTP is known elsewhere."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

Kind = Literal["sent", "deferred", "failed"]


class Unreachable(Exception):
    """No server, no greeting, no sign-in: nothing was sent, and the next message would fare no better."""

    def __init__(self, reason_code: str, smtp_code: int | None = None) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.smtp_code = smtp_code


@dataclass(frozen=True, slots=True)
class Outcome:
    """`deferred`: try again later (4yz, a lost connection). `failed`: it never will (5yz about this message)."""

    kind: Kind
    smtp_code: int | None = None
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: Literal["none", "starttls", "implicit"] = "none"

    @classmethod
    def of(cls, url: str) -> Self:
        """Read `smtp://user:pass@host:port?starttls=1` or `smtps://…`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://user:pass@host:port?starttls=1")
        starttls = parse_qs(parts.query).get("starttls", ["0"])[-1] in ("1", "true")
        implicit = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if implicit else 587 if starttls else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls="implicit" if implicit else "starttls" if starttls else "none",
        )


class Connection:
    """One connection for a batch of mails, made anew when the server drops it. Use as an async context manager."""

    def __init__(self, server: Server, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            timeout=timeout_seconds,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client.is_connected:
            try:
                async with asyncio.timeout(self._timeout):
                    await self._client.quit()
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                self._client.close()

    async def send(self, message: EmailMessage, recipient: str) -> Outcome:
        """Raises `Unreachable` when there is no connection to be had; any later trouble is an `Outcome`."""
        await self._connect()
        try:
            await self._client.send_message(message, recipients=[recipient])
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(min((one.code for one in error.recipients), default=550), "recipient_refused")
        except aiosmtplib.SMTPResponseException as error:
            # Among them a server that closes with 421 or drops the line after DATA (aiosmtplib gives it code -1).
            self._client.close()
            return _refused(error.code, "message_refused")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._client.close()
            return Outcome("deferred", reason_code=f"connection_lost.{type(error).__name__}")
        return Outcome("sent", smtp_code=250)

    async def _connect(self) -> None:
        if self._client.is_connected:
            return
        try:
            await self._client.connect()
        except aiosmtplib.SMTPResponseException as error:
            # Also a wrong password (535): it says nothing about the message, so no reminder is given up for it.
            self._client.close()
            raise Unreachable("server_refused", error.code) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            self._client.close()
            raise Unreachable("server_unreachable") from error


def _refused(code: int, reason: str) -> Outcome:
    """RFC 5321 section 4.2.1: 4yz is transient, 5yz permanent. Anything else counts as transient."""
    if 500 <= code <= 599:
        return Outcome("failed", code, reason)
    return Outcome("deferred", code if 200 <= code <= 599 else None, reason)
