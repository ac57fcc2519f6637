"""ETag and If-Match (RFC 9110 sections 8.8.3, 13.1.1): strong tags; of what counts its changes, the number."""

import re
from typing import Annotated

from fastapi import Header

VERSION = re.compile(r'"(0|[1-9][0-9]{0,9})"')
_MEMBER = re.compile(r'(?:^|,)[ \t]*(W/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)')
# What a proxy that compresses makes of our tag (Caddy: "5-gzip"), since RFC 9110 wants a tag for each coding.
_CODING = re.compile(r'-(?:gzip|zstd|br|deflate)"$')
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="the ETag of the state that is changed; 412 when it is another")
]


def etag(version: int) -> str:
    return f'"{version}"'


def expected_tags(if_match: str | None) -> frozenset[str] | None:
    """The strong tags that the client accepts, with their quotes; None when any will do. What is weak or no tag names
    none."""
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(_CODING.sub('"', tag) for weak, tag in _MEMBER.findall(if_match) if not weak)


def tags_of(field: str) -> frozenset[str]:
    """The tags of an ETag or If-None-Match, weak ones as strong, for the weak comparison (RFC 9110 section 8.8.3.2)."""
    return frozenset(_CODING.sub('"', tag) for _, tag in _MEMBER.findall(field))


def expected_versions(if_match: str | None) -> frozenset[int] | None:
    """The versions that the client accepts; None when any will do. A tag that is no version names none."""
    tags = expected_tags(if_match)
    if tags is None:
        return None
    return frozenset(int(version[1]) for tag in tags if (version := VERSION.fullmatch(tag)))
