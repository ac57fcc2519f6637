"""E-mail addresses: what one is, and the ones to begin with, made from the unit's name, like `so-y-te@<domain>`."""

import re
import unicodedata
from collections.abc import Iterable
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from notifications.channels.channel import DerivedAddress, NamedUnit
from notifications.rules.contact import ROLES
from notifications.rules.stage import Role

PREFIX: dict[Role, str] = {"reporter": "", "head": "lanh-dao."}
MAX_ADDRESS, MAX_LOCAL, MAX_LABEL = 254, 64, 63
"""RFC 5321 section 4.5.3.1 (a path of 256 with its brackets), RFC 1035 section 2.3.4."""
QUOTING = frozenset('"(),:;<>[\\]')
"""With these a local part would be quoted or carry a comment, and more than one mailbox could stand there."""
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.IGNORECASE)


def is_address(text: str) -> bool:
    """A plain ASCII address of one mailbox that the library that composes the mail can write and read again.

    Nothing that could add a header or a second recipient; a domain name of letters, digits and hyphens (RFC 5321
    section 4.1.2) with at least two labels, the last one no number (RFC 3696 section 2).
    """
    local, _, domain = text.rpartition("@")
    return (
        text.isascii()
        and len(text) <= MAX_ADDRESS
        and 0 < len(local) <= MAX_LOCAL
        and not QUOTING & set(local)
        and _is_domain(domain)
        and _can_be_written(text)
    )


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    right = all(len(label) <= MAX_LABEL and LABEL.fullmatch(label) for label in labels)
    return right and len(labels) > 1 and not labels[-1].isdigit()


def _can_be_written(text: str) -> bool:
    mail = EmailMessage(policy=SMTP)
    try:
        mail["To"] = Address(addr_spec=text)
        read = message_from_bytes(mail.as_bytes(), policy=SMTP)["To"]
    except (MessageError, ValueError, LookupError):
        return False
    return not read.defects and [each.addr_spec for each in read.addresses] == [text]


def mailbox(address: str) -> str:
    """Two addresses of one mailbox give the same: servers in use do not tell capitals apart (RFC 5321 section 2.4)."""
    return address.casefold()


def derive_addresses(units: Iterable[NamedUnit], domain: str) -> list[DerivedAddress]:
    """One for every unit and role."""
    return [
        DerivedAddress(key, role, f"{PREFIX[role]}{part}@{domain}")
        for key, part in _local_parts(units).items()
        for role in ROLES
    ]


def _local_parts(units: Iterable[NamedUnit]) -> dict[str, str]:
    """A part of its own for every unit key. The newest holder of a name has it plain, others carry their key."""
    taken: set[str] = set()
    parts: dict[str, str] = {}
    for unit in sorted(units, key=lambda one: one.key.rpartition("@")[2], reverse=True):
        part = slug(unit.name_vi) or slug(unit.code)
        if part in taken:
            part = f"{part}.{slug(unit.key)}"
        taken.add(part)
        parts[unit.key] = part
    return parts


def slug(name: str) -> str:
    """`Xã Đắk R'Lấp` → `xa-dak-rlap`: ASCII, hyphens, no marks."""
    flat = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    ascii_only = "".join(c for c in flat if not unicodedata.combining(c)).replace("'", "").lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
