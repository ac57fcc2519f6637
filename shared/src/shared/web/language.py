"""Which language a request is answered in.

Who chose one (the cookie `lang`, which the switch of a page sets) gets that everywhere. Else a page is Vietnamese,
whatever the browser was delivered with, and the API follows Accept-Language.
"""

from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection

from shared.text import Language

COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600


def known(value: str | None) -> Language | None:
    if value == "vi":
        return "vi"
    if value == "en":
        return "en"
    return None


def preferred(accept_language: str) -> Language:
    """The better liked of vi and en (RFC 9110 section 12.5.4). A tie, `*` and anything else is Vietnamese."""
    weights: dict[str, float] = {}
    for part in accept_language.lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = 1.0
        name, _, number = parameters.strip().partition("=")
        if name.strip() == "q":
            try:
                quality = float(number)
            except ValueError:
                quality = 0.0
        primary = tag.strip().split("-")[0]
        weights[primary] = max(weights.get(primary, 0.0), quality)
    vietnamese = weights.get("vi", weights.get("*", 0.0))
    return "en" if weights.get("en", 0.0) > vietnamese else "vi"


def language(request: HTTPConnection) -> Language:
    """Of a page, and of what the API answers, by the address."""
    return language_of_api(request) if request.scope["path"].startswith("/api/") else chosen(request) or "vi"


def language_of_api(request: HTTPConnection) -> Language:
    """Of JSON, whatever its address: a refusal is told in it to whoever does not ask for a page."""
    return chosen(request) or preferred(request.headers.get("accept-language", ""))


def chosen(request: HTTPConnection) -> Language | None:
    return known(request.cookies.get(COOKIE))


def without_choice(query: str) -> str:
    """The query string less `lang`."""
    return urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != COOKIE])


def with_choice(path: str, query: str, choice: Language) -> str:
    """Address of the same page that switches to `choice`."""
    rest = without_choice(query)
    return f"{path}?{rest}&{COOKIE}={choice}" if rest else f"{path}?{COOKIE}={choice}"
