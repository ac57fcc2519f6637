"""A body is of somebody who may send it, and what its headers say: no coding, a media type that is read here, UTF-8,
and JSON that says each thing once.

RFC 9110 section 15.5.16 (415), RFC 8259 sections 4 (names are unique), 6 (numbers) and 8.1 (UTF-8).
"""

from collections.abc import Callable, Iterable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Problem
from shared.text import Fault
from shared.web.middleware.allowed import route_of
from shared.web.middleware.form_text import form_faults
from shared.web.middleware.json_text import json_faults
from shared.web.problem.refusal import note_refusal
from shared.web.texts import text

FORM = "application/x-www-form-urlencoded"
FORMS = (FORM, "multipart/form-data")
JSON = "application/json"
API = "/api/"
TOO_MUCH = ("too-many-keys", "too-many-items", "too-many-members")


class Bodies:
    """Under /api/ a body is JSON, elsewhere JSON or a form. Under the paths of `uploads` it may be a form, too."""

    def __init__(self, app: ASGIApp, uploads: Iterable[str] = ()) -> None:
        self.app = app
        self._uploads = tuple(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and has_body(headers := Headers(scope=scope)):
            if scope["path"].startswith(API) and not await _admitted(scope):
                await self.app(scope, receive, send)
                return
            media_type = self._media_type(scope["path"], headers)
            if is_json(media_type):
                receive = await _checked(receive, json_faults)
            elif media_type == FORM:
                receive = await _checked(receive, lambda body: (form_faults(body), 0))
        await self.app(scope, receive, send)

    def _media_type(self, path: str, headers: Headers) -> str:
        """Raises Problem 415."""
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity"):
            raise unsupported("coding", {"Accept-Encoding": "identity"}, coding=coding[:40])
        media_type, _, parameters = headers.get("content-type", "").partition(";")
        media_type = media_type.strip().lower()
        taken = (JSON, *FORMS) if not path.startswith(API) or path.startswith(self._uploads) else (JSON,)
        if not is_json(media_type) and media_type not in taken:
            raise unsupported("media_type", {"Accept": ", ".join(taken)}, taken=", ".join(taken))
        charset = _charset(parameters)
        if charset not in ("", "utf-8", "utf8", "us-ascii"):
            raise unsupported("charset", {"Accept": ", ".join(taken)}, charset=charset[:40])
        return media_type


async def _admitted(scope: Scope) -> bool:
    """Who sends it is asked before a byte of it is read: raises 401 and 403. False where no route takes it.

    A page is asked for its body first: a form that comes when the session has ended is carried through the sign-in.
    """
    route, request = route_of(scope["app"], scope["method"], scope["path"]), Request(scope)
    if route is None:
        return False
    try:
        for admission in route.admissions:
            await admission(request)
    except Problem as problem:
        note_refusal(request, problem, route.path)
        raise
    return True


def has_body(headers: Headers) -> bool:
    return bool(headers.get("content-length", "").strip("0")) or "transfer-encoding" in headers


def is_json(media_type: str) -> bool:
    kind, _, name = media_type.partition("/")
    return media_type == JSON or (kind == "application" and name.endswith("+json") and "/" not in name)


def _charset(parameters: str) -> str:
    named = (part.partition("=") for part in parameters.lower().split(";"))
    return next((value.strip(' "') for name, _, value in named if name.strip() == "charset"), "")


async def _checked(receive: Receive, faults_of: Callable[[bytes], tuple[list[Fault], int]]) -> Receive:
    """Read all of a body, refuse what is wrong with it, and give the body once more."""
    parts: list[bytes] = []
    last: Message = {"more_body": True}
    while last.get("more_body", False):
        last = await receive()
        if last["type"] != "http.request":
            break
        parts.append(last.get("body", b""))
    body = b"".join(parts)
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    if last["type"] != "http.request":
        pending = [last]
    else:
        faults, more = faults_of(body)
        if faults:
            raise refused(faults, more)

    async def again() -> Message:
        return pending.pop(0) if pending else await receive()

    return again


def refused(faults: list[Fault], more: int) -> Problem:
    """The title is that of the first; the others are usually of its kind."""
    code = faults[0].code
    return Problem(413 if code in TOO_MUCH else 400, code, text(f"web.refused.{code}"), faults, more=more)


def unsupported(what: str, headers: dict[str, str], **values: str) -> Problem:
    fault = Fault(f"unsupported-{what.replace('_', '-')}", "", text(f"web.refused.unsupported.{what}", **values))
    return Problem(415, "unsupported-media-type", text("web.status.415"), [fault], headers=headers)
