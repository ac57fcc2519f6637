"""ETag and If-Match (RFC 9110 sections 8.8.3, 13.1.1): strong tags; of what counts its changes, the number."""

import re
from typing import Annotated

from fastapi import Header

VERSION = re.compile(r'"(0|[1-9][0-9]{0,9})"')
_MEMBER = re.compile(r'(?:^|,)[ \t]*("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)')
IfMatch = Annotated[str | None, Header(description="the ETag of the state that is changed; 412 when it is another")]


def etag(version: int) -> str:
    return f'"{version}"'


def expected_tags(if_match: str | None) -> frozenset[str] | None:
    """The strong tags that the client accepts, with their quotes; None when any will do. What is weak or no tag names
    none."""
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(_MEMBER.findall(if_match))


def expected_versions(if_match: str | None) -> frozenset[int] | None:
    """The versions that the client accepts; None when any will do. A tag that is no version names none."""
    tags = expected_tags(if_match)
    if tags is None:
        return None
    return frozenset(int(version[1]) for tag in tags if (version := VERSION.fullmatch(tag)))
