"""Mails kept as .eml files in one folder, the newest 2,000 of them."""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any

SIZE_LIMIT = 1024 * 1024  # bytes of one mail
KEPT = 2000


@dataclass(frozen=True)
class Mail:
    """One mail. `id` sorts by time of arrival."""

    id: str
    received_at: datetime
    size: int
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return _header(self.message, "Subject")

    @property
    def sender(self) -> str:
        return _header(self.message, "From")

    @property
    def text(self) -> str:
        return _part(self.message, "plain")

    @property
    def html(self) -> str:
        return _part(self.message, "html")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, _header_text(value)) for name, value in self.message.items()]

    @property
    def summary(self) -> dict[str, Any]:
        """As the JSON list answers it."""
        return {
            "id": self.id,
            "received_at": self.received_at.isoformat(timespec="milliseconds"),
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "message_id": _header(self.message, "Message-ID"),
            "size": self.size,
        }


class MailStore:
    """The folder. One process writes to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes, recipients: list[str]) -> str:
        """Write one mail and drop the oldest above the limit. The envelope's recipients go in front as a header."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        envelope = ", ".join(r.replace("\r", "").replace("\n", "") for r in recipients)
        partial = self.folder / f"{name}.partial"
        partial.write_bytes(f"X-Envelope-To: {envelope}\r\n".encode() + content)
        partial.rename(self.folder / f"{name}.eml")
        for old in self.names()[KEPT:]:
            self._path(old).unlink(missing_ok=True)
        return name

    def names(self) -> list[str]:
        """Ids, newest first."""
        return sorted((p.stem for p in self.folder.glob("*.eml")), reverse=True)

    def raw(self, name: str) -> bytes | None:
        path = self._path(name)
        return path.read_bytes() if path.parent == self.folder and path.is_file() else None

    def get(self, name: str) -> Mail | None:
        path = self._path(name)
        if path.parent != self.folder or not path.is_file():
            return None
        return _read(path)

    def find(self, *, to: str = "", q: str = "", before: str = "", limit: int = 100) -> tuple[list[Mail], str | None]:
        """Mails whose recipient contains `to` and whose subject or text contains `q`, newest first, and a cursor."""
        found: list[Mail] = []
        for name in self.names():
            if before and name >= before:
                continue
            mail = self.get(name)
            if mail is None or not _matches(mail, to.casefold(), q.casefold()):
                continue
            if len(found) == limit:
                return found, found[-1].id
            found.append(mail)
        return found, None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.eml"


@lru_cache(maxsize=KEPT)
def _read(path: Path) -> Mail:
    content = path.read_bytes()
    message = message_from_bytes(content, policy=policy.default)
    recipients = tuple(r.strip() for r in _header(message, "X-Envelope-To").split(",") if r.strip())
    received = datetime.fromtimestamp(int(path.stem.split("-")[0]) / 1e9, UTC)
    return Mail(path.stem, received, len(content), recipients, message)


def _matches(mail: Mail, to: str, q: str) -> bool:
    if to and not any(to in r.casefold() for r in mail.recipients):
        return False
    return not q or q in mail.subject.casefold() or q in mail.text.casefold()


def _header(message: EmailMessage, name: str) -> str:
    return _header_text(message.get(name, ""))


def _header_text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # the standard library's parser raises many kinds for a malformed header
        return "?"


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    if not isinstance(body, EmailMessage):
        return ""
    try:
        return str(body.get_content())
    except (LookupError, UnicodeError, ValueError):
        return ""
