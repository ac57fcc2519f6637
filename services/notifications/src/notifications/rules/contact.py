"""Where a unit's mail goes until somebody enters a real address: made from its name, like `so-y-te@<domain>`."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

ROLES = ("reporter", "head")
PREFIX = {"reporter": "", "head": "lanh-dao."}
EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


class Named(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name_vi(self) -> str: ...


def slug(name: str) -> str:
    """`Xã Đắk R'Lấp` → `xa-dak-rlap`: ASCII, hyphens, no marks."""
    flat = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    ascii_only = "".join(c for c in flat if not unicodedata.combining(c)).replace("'", "").lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def local_parts(units: Iterable[Named]) -> dict[str, str]:
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


def addresses(units: Iterable[Named], domain: str) -> list[tuple[str, str, str]]:
    """(unit key, role, address) for every unit and role."""
    return [(key, role, f"{PREFIX[role]}{part}@{domain}") for key, part in local_parts(units).items() for role in ROLES]


def is_address(text: str) -> bool:
    """A plain ASCII address of one mailbox; nothing that could add a header or a second recipient."""
    return text.isascii() and len(text) <= 254 and EMAIL.fullmatch(text) is not None
