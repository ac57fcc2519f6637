"""Identifiers however they are written: capitals, urn:uuid:, braces, without hyphens, blanks around (RFC 9562)."""

import re
from uuid import UUID

_HEX = re.compile(r"[0-9a-fA-F]+")


def read_uuid(written: str) -> UUID | None:
    """The UUID that `written` stands for, None when it is none."""
    plain = written.strip().lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    return UUID(plain) if len(plain) == 32 and _HEX.fullmatch(plain) else None


def writings(written: str) -> tuple[str, ...]:
    """The ways in which what `written` names may be kept: as it is, in small hex digits, and as a UUID with hyphens.

    32 hex digits may be a UUID without hyphens or a trace id, so that both are looked for; 64 are a SHA-256.
    """
    plain = written.strip()
    found = [plain]
    if _HEX.fullmatch(plain):
        found.append(plain.lower())
    if (uuid := read_uuid(plain)) is not None:
        found += [str(uuid), uuid.hex]
    return tuple(dict.fromkeys(found))
