"""What was typed into a form that came without a valid sign-in, carried through the sign-in page in hidden fields.

The answer to the form is the sign-in page with everything that was typed; after it a page offers to send the same form
again, to the same path of this service. Nothing is sent without a press, nothing is kept on the server, and it works
without scripts. What reaches this has passed the check against forged requests, so it came from our own page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shared.errors import Problem
from shared.web.middleware.limits import DEFAULT_BYTES

PREFIX = "kept."
PATH = "kept-path"
MOST_FIELDS = 900  # a parser takes a thousand, and sign-in adds its own
MOST_BYTES = DEFAULT_BYTES - 16_384  # as a browser encodes it; sign-in adds its own
SECRET = ("password", "passwd", "token", "secret", "authorization", "credential")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class KeptForm:
    """`path` took the form and gets it again; `fields` in their order, files left out."""

    path: str
    fields: tuple[tuple[str, str], ...]

    def hidden(self) -> list[tuple[str, str]]:
        """As hidden fields of another form."""
        return [(PATH, self.path), *((PREFIX + name, value) for name, value in self.fields)]


async def kept_form(request: Request) -> KeptForm | None:
    """The form that a request sends; None when it sends none, one too large to be carried, or one with a secret."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or media_type not in FORMS or request.url.path.startswith("/sign-"):
        return None
    try:
        data = await request.form()
    except (HTTPException, Problem, RuntimeError):  # no form after all, too large, or the body is read already
        return None
    return _small_enough(KeptForm(request.url.path, _texts(data)))


def carried_form(data: FormData) -> KeptForm | None:
    """What the sign-in page carried."""
    path = data.get(PATH)
    if not isinstance(path, str) or safe_path(path) != path or path == "/":
        return None
    fields = tuple((name.removeprefix(PREFIX), value) for name, value in _texts(data) if name.startswith(PREFIX))
    return _small_enough(KeptForm(path, fields))


def safe_path(path: str) -> str:
    """A path on this host, else `/`: never `//host`, `/\\host`, another scheme or control characters."""
    if not path.startswith("/") or path[1:2] in ("/", "\\") or any(ord(letter) < 32 for letter in path):
        return "/"
    return path


def _texts(data: FormData | Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    items = data.multi_items() if isinstance(data, FormData) else data.items()
    return tuple((name, value) for name, value in items if isinstance(value, str))


def _small_enough(form: KeptForm) -> KeptForm | None:
    if any(word in name.lower() for name, _ in form.fields for word in SECRET):
        return None
    size = len(urlencode([(name, value.replace("\n", "\r\n")) for name, value in form.hidden()], errors="replace"))
    return form if form.fields and len(form.fields) <= MOST_FIELDS and size <= MOST_BYTES else None
