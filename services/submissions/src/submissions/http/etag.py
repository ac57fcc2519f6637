"""What an answer says of itself in its headers: the ETag of the obligation, which is its version, and its address."""

import json
from uuid import UUID

from shared.web.etag import etag


def location(submission_id: UUID) -> str:
    return f"/api/v1/submissions/{submission_id}"


def tag_of(body: bytes) -> dict[str, str]:
    """The ETag that the JSON of an answer says; none for an answer of a version that did not say it."""
    version = json.loads(body).get("version")
    return {} if version is None else {"ETag": etag(version)}
