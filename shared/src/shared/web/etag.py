"""`ETag` and `If-Match` of things that count their versions (RFC 9110 sections 8.8.3 and 13.1.1)."""

from starlette.requests import Request

from shared.errors import Problem, precondition_failed
from shared.text import Text


def etag(version: int) -> str:
    return f'"{version}"'


def check_if_match(request: Request, version: int, *, required: bool = False) -> None:
    """Problem 412 when the client last saw another version; 428 (RFC 6585) when it must say and does not."""
    given = request.headers.get("if-match")
    if given is None:
        if required:
            text = Text("Thiếu If-Match: gửi kèm ETag của bản đã xem.", "If-Match is missing: send the ETag you saw.")
            raise Problem(428, "precondition-required", text)
        return
    seen = {tag.strip() for tag in given.split(",")}
    if "*" not in seen and etag(version) not in seen:
        raise precondition_failed()
