"""ETag and If-Match (RFC 9110 sections 8.8.3, 13.1.1). The tag of an obligation is its version."""

from shared.errors import precondition_failed


def etag(version: int) -> str:
    return f'"{version}"'


def check_match(if_match: str | None, version: int) -> None:
    """412 when the client saw another version. No header asks for no check; a weak tag never matches."""
    if if_match is None or if_match.strip() == "*":
        return
    if etag(version) not in (tag.strip() for tag in if_match.split(",")):
        raise precondition_failed()
