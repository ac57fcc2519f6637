"""ETag and If-Match (RFC 9110 sections 8.8.3, 13.1.1) of what counts its changes: the strong tag is the number."""

import re
from typing import Annotated

from fastapi import Header

TAG = re.compile(r'"(0|[1-9][0-9]{0,9})"')
IfMatch = Annotated[str | None, Header(description="the ETag of the state that is changed; 412 when it is another")]


def etag(version: int) -> str:
    return f'"{version}"'


def expected_versions(if_match: str | None) -> frozenset[int] | None:
    """The versions that the client accepts; None when any will do. A tag that is weak or no version names none."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = (TAG.fullmatch(tag.strip()) for tag in if_match.split(","))
    return frozenset(int(tag[1]) for tag in tags if tag)
