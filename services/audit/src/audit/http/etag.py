"""ETag and If-Match of an inspection (RFC 9110 sections 8.8.3, 13.1.1): how many findings it has, all that changes."""

import re

TAG = re.compile(r'"(0|[1-9][0-9]{0,5})"')


def etag(findings: int) -> dict[str, str]:
    return {"ETag": f'"{findings}"'}


def expected_findings(if_match: str | None) -> frozenset[int] | None:
    """The counts that the client accepts; None when any will do. A tag that is weak or no count names none."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = (TAG.fullmatch(tag.strip()) for tag in if_match.split(","))
    return frozenset(int(tag[1]) for tag in tags if tag)
