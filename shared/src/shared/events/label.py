"""What can be told of bytes that may be no event this program can read."""

import json
import re
from typing import NamedTuple

_TYPE = re.compile(r"[!-~]{1,200}")
_SOURCE = re.compile(r"/[a-z-]{1,100}")


class Label(NamedTuple):
    """What the bytes say of themselves; None where they say nothing that looks right."""

    type: str | None = None
    source: str | None = None


def label(value: bytes | None) -> Label:
    """Never raises: an event of a later version, or of another program, is told by its type all the same."""
    try:
        found = json.loads(value or b"")
    except (ValueError, RecursionError):
        return Label()
    if not isinstance(found, dict):
        return Label()
    return Label(_matching(_TYPE, found.get("type")), _matching(_SOURCE, found.get("source")))


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
