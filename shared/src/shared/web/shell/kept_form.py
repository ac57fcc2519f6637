"""What was typed into a form that came without a valid sign-in, carried through the sign-in page in hidden fields.

The answer to the form is the sign-in page with everything that was typed. After it the same form goes to the same path
of this service once more, marked as resumed: its page shows what was typed, does nothing, and is sent by its own
button. Nothing is kept on the server, and it works without scripts. What reaches this has passed the check against
forged requests, so it came from our own page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlencode

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from shared.errors import Problem
from shared.web.middleware.limits import DEFAULT_BYTES

PREFIX = "kept."
PATH = "kept-path"
RESUMED = "kept-resumed"
MOST_FIELDS = 900  # a parser takes a thousand, and sign-in adds its own
MOST_BYTES = DEFAULT_BYTES - 16_384  # as a browser encodes it; sign-in adds its own
LINE_END = re.compile(r"\r\n?|\n")
SIGNING = re.compile(r"/sign-(?:in|out)(?:/|$)")
SECRET = ("password", "passwd", "token", "secret", "authorization", "credential")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class KeptForm:
    """`path`, with its query, took the form and gets it again; `fields` in their order, files left out."""

    path: str
    fields: tuple[tuple[str, str], ...]

    def hidden(self) -> list[tuple[str, str]]:
        """As hidden fields of another form."""
        return [(PATH, self.path), *((PREFIX + name, value) for name, value in self.fields)]


@dataclass(frozen=True)
class LostForm:
    """A form that cannot be carried: too large, or with a secret. `page` is the nearest one above where it was sent."""

    page: str


async def kept_form(request: Request) -> KeptForm | LostForm | None:
    """The form that a request sends; None when it sends none, or nothing in it."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    path = _address(request)
    if request.method != "POST" or media_type not in FORMS or safe_path(path) == "/":
        return None
    try:
        data = await request.form()
    except (HTTPException, Problem, RuntimeError):  # no form after all, too large, or the body is read already
        return LostForm(_page_above(request))
    form = KeptForm(path, tuple((name, value) for name, value in _texts(data) if name != RESUMED))
    if not form.fields:
        return None
    return form if _may_be_carried(form) else LostForm(_page_above(request))


async def is_resumed(request: Request) -> bool:
    """Whether the form comes back through the sign-in. The page then says that nothing was sent."""
    request.state.resumed = RESUMED in await request.form(max_files=0)
    return bool(request.state.resumed)


Resumed = Annotated[bool, Depends(is_resumed)]
"""Of every page that takes a form: it shows what was typed instead of acting (`tests/contracts/test_acts.py`)."""


def carried_form(data: FormData) -> KeptForm | None:
    """What the sign-in page carried."""
    path = data.get(PATH)
    if not isinstance(path, str) or safe_path(path) != path or path == "/":
        return None
    fields = tuple((name.removeprefix(PREFIX), value) for name, value in _texts(data) if name.startswith(PREFIX))
    form = KeptForm(path, fields)
    return form if _may_be_carried(form) else None


def safe_path(address: str) -> str:
    """A path on this host with its query, else `/`: never `//host`, `/\\host`, another scheme, control characters,
    the sign-in or sign-out, or what a browser would make one of these (`/a/../sign-out`).
    """
    path = unquote(address.partition("?")[0].partition("#")[0])
    strange = not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(c) < 32 for c in address)
    if strange or SIGNING.match(path) or {".", ".."} & set(path.split("/")):
        return "/"
    return address


def _texts(data: FormData | Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    items = data.multi_items() if isinstance(data, FormData) else data.items()
    return tuple((name, value) for name, value in items if isinstance(value, str))


def _may_be_carried(form: KeptForm) -> bool:
    if any(word in name.lower() for name, _ in form.fields for word in SECRET):
        return False
    size = len(urlencode([(name, LINE_END.sub("\r\n", value)) for name, value in form.hidden()], errors="replace"))
    return 0 < len(form.fields) <= MOST_FIELDS and size <= MOST_BYTES


def _address(request: Request) -> str:
    """The path and query that were asked for."""
    query = request.url.query
    return quote(request.scope["path"], safe="/!$&'()*+,;=:@~") + (f"?{query}" if query else "")


def _page_above(request: Request) -> str:
    """The page that a form stands on: where it was sent (`/obligations/7`), or above it (`/submissions/7/decision`)."""
    path = request.scope["path"]
    while path.strip("/"):
        scope = {**request.scope, "method": "GET", "path": path}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            return safe_path(quote(path))
        path = path.rpartition("/")[0]
    return "/"
