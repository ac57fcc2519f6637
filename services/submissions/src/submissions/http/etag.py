"""ETag and If-Match (RFC 9110 sections 8.8.3, 13.1.1). The tag of an obligation is its version."""

import json
import re
from uuid import UUID

TAG = re.compile(r'"([1-9][0-9]{0,9})"')


def etag(version: int) -> str:
    return f'"{version}"'


def location(submission_id: UUID) -> str:
    return f"/api/v1/submissions/{submission_id}"


def tag_of(body: bytes) -> dict[str, str]:
    """The ETag that the JSON of an answer says; none for an answer of a version that did not say it."""
    version = json.loads(body).get("version")
    return {} if version is None else {"ETag": etag(version)}


def expected_versions(if_match: str | None) -> frozenset[int] | None:
    """The versions that the client accepts; None when any will do. A tag that is weak or no version names none."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = (TAG.fullmatch(tag.strip()) for tag in if_match.split(","))
    return frozenset(int(tag[1]) for tag in tags if tag)
