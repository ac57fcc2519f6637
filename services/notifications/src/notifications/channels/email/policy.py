"""How the headers of a mail are written on the wire."""

from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import EmailPolicy
from functools import cache
from typing import Any

_header_class = cache(HeaderRegistry().__getitem__)


class HeaderClasses(HeaderRegistry):
    """Makes each class of headers once: Python's makes one for every header of every mail, which only the garbage
    collector takes away."""

    def __getitem__(self, name: str) -> type[BaseHeader]:
        return _header_class(name.lower())


class MailPolicy(EmailPolicy):
    """A subject keeps its blanks: Python 3.11 loses one where it begins a new encoded word (RFC 2047 has readers drop
    what stands between two of them), so that "Biểu B01-XA năm" arrives as "Biểu B01-XAnăm"."""

    def fold(self, name: str, value: Any) -> str:
        return _encoded(name, str(value), self.linesep) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return _encoded(name, str(value), self.linesep).encode("ascii") or super().fold_binary(name, value)


def _encoded(name: str, value: str, linesep: str) -> str:
    """The whole of it in encoded words, blanks too; "" for what needs none."""
    if name.lower() != "subject" or value.isascii():
        return ""
    return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=linesep)}{linesep}"


MAIL = MailPolicy(linesep="\r\n", header_factory=HeaderClasses())
