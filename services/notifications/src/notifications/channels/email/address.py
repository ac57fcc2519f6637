"""E-mail addresses: what one is, and the ones to begin with, made from the unit's name, like `so-y-te@<domain>`."""

import re
import unicodedata
from collections.abc import Iterable

from notifications.channels.channel import DerivedAddress, NamedUnit
from notifications.rules.contact import ROLES
from notifications.rules.stage import Role

PREFIX: dict[Role, str] = {"reporter": "", "head": "lanh-dao."}
EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


def is_address(text: str) -> bool:
    """A plain ASCII address of one mailbox; nothing that could add a header or a second recipient."""
    return text.isascii() and len(text) <= 254 and EMAIL.fullmatch(text) is not None


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
