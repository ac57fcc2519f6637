"""Mail leaves here. What a server answers becomes one of three outcomes: refusals by whom they are about (`blame`)."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from notifications.channels.channel import Message, Outcome, Unreachable
from shared.settings.secret_file import read_secret

Command = Literal["mail", "rcpt", "data"]
ENHANCED = re.compile(r"^5\.\d{1,3}\.\d{1,3}\b", re.MULTILINE)
UNSAID = re.compile(r"\brelay|authenticat", re.IGNORECASE)
"""Exim says 550 "relay not permitted" or "authentication required", without an enhanced code."""
SETTINGS_CODES = (521, 530, 534, 535, 538)
MAILBOX_CODES = (550, 551, 552, 553)


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: Literal["none", "starttls", "implicit"] = "none"
    password_file: Path | None = None

    @classmethod
    def of(cls, url: str, password_file: Path | None = None) -> Self:
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
            password_file=password_file,
        )

    def secret(self) -> str | None:
        """The password for `user`. Raises OSError, UnicodeDecodeError."""
        if self.password or not (self.user and self.password_file):
            return self.password
        return read_secret(self.password_file).get_secret_value()


class SmtpConnection:
    """One connection for a batch of mails, made anew when the server drops it. Use as an async context manager."""

    def __init__(self, server: Server, timeout_seconds: float) -> None:
        self._server = server
        self._timeout = timeout_seconds
        self._client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
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

    async def send(self, message: Message) -> Outcome:
        """Raises `Unreachable` when no mail can leave as things are; trouble with this one mail is an `Outcome`."""
        await self._connect()
        try:
            mail = message.content
            [sender] = mail["From"].addresses
            # `send_message` would write the headers in a way of its own, not in that of the mail.
            await self._client.sendmail(sender.addr_spec, [message.address], mail.as_bytes())
        except aiosmtplib.SMTPRecipientsRefused as error:
            [refusal] = error.recipients
            return self._verdict("rcpt", refusal.code, refusal.message)
        except aiosmtplib.SMTPSenderRefused as error:
            return self._verdict("mail", error.code, error.message)
        except aiosmtplib.SMTPResponseException as error:
            # Among them a server that closes with 421 or drops the line after DATA (aiosmtplib gives it code -1).
            self._client.close()
            return self._verdict("data", error.code, error.message)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._client.close()
            return Outcome("deferred", reason_code=f"connection_lost.{type(error).__name__}")
        return Outcome("sent", reply_code=250)

    def _verdict(self, at: Command, code: int, text: str) -> Outcome:
        blamed = blame(at, code, text)
        if blamed == "us":
            self._client.close()
            raise Unreachable("server_refused", code)
        reason = "recipient_refused" if at == "rcpt" or blamed == "recipient" else "message_refused"
        return Outcome("failed" if blamed == "recipient" else "deferred", code if 200 <= code <= 599 else None, reason)

    async def _connect(self) -> None:
        if self._client.is_connected:
            return
        try:
            await self._client.connect(password=self._server.secret())
        except aiosmtplib.SMTPResponseException as error:
            # Also a wrong password (535): it says nothing about the message, so no reminder is given up for it.
            self._client.close()
            raise Unreachable("server_refused", error.code) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            self._client.close()
            raise Unreachable("server_unreachable") from error


def blame(at: Command, code: int, text: str) -> Literal["us", "recipient", "nobody"]:
    """Whom a refusal is about: this service and its settings, the recipient's mailbox, or that is not clear.

    By the enhanced code where there is one (RFC 3463: x.1 address, x.2 mailbox, x.3 system, x.7 policy), else by the
    reply (RFC 5321 section 4.2.3; RFC 4954 for 530 to 538; RFC 7504 for 521). Servers often speak of the sender only
    when they hear the recipient: 5.1.7 and 5.1.8. 4yz is transient, whatever it is about, and nobody's fault.
    """
    if at == "mail":
        return "us"
    if not 500 <= code <= 599:
        return "nobody"
    if code in SETTINGS_CODES:
        return "us"
    enhanced = ENHANCED.search(text)
    if enhanced:
        status = enhanced[0]
        if status.startswith(("5.3.", "5.7.")) or status in ("5.1.7", "5.1.8"):
            return "us"
        if status.startswith(("5.1.", "5.2.")):
            return "recipient"
    elif UNSAID.search(text):
        return "us"
    if at == "data":
        return "us" if code == 554 else "nobody"
    return "recipient" if code in MAILBOX_CODES else "nobody"
