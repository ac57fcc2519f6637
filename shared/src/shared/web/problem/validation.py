"""Pydantic's faults in Vietnamese and English, with JSON pointers, all of them at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.text import Fault, Text
from shared.text.words import coded
from shared.web.shell.page import bdi
from shared.web.texts import text, texts

NOT_BODY = ("query", "path", "header", "cookie")
MOST_SHOWN = 60


def faults(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Of FastAPI's RequestValidationError, whose places begin with body, query, path, header or cookie."""
    return [_fault(error, "" if error["type"] == "json_invalid" else pointer(error["loc"])) for error in errors]


def page_faults(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """As a page tells them: by what was typed, since nobody who reads a page knows where it stands in a request.

    The texts are markup: what was typed has a direction of its own, and hidden characters are shown as their codes.
    """
    return [Fault(error["type"].replace("_", "-"), "", _page_text(error)) for error in errors]


def _page_text(error: Mapping[str, Any]) -> Text:
    typed = error.get("input")
    value = str(typed)[:MOST_SHOWN] if isinstance(typed, str | int | float) else ""
    if not value:
        return text("web.fault.page.missing")
    if error["loc"][:1] and error["loc"][0] in NOT_BODY:
        return _about("address", value)
    if error["type"] == "string_pattern_mismatch":
        return _about("form", value)
    return _about("typed", value, _text(error))


def _about(key: str, value: str, fault: Text | None = None) -> Text:
    shown, why = bdi(coded(value)), fault or Text("", "")
    vi = texts().markup("vi", f"web.fault.page.{key}", value=shown, fault=why.vi)
    return Text(vi, texts().markup("en", f"web.fault.page.{key}", value=shown, fault=why.en))


def model_faults(errors: Sequence[Mapping[str, Any]], root: str = "") -> list[Fault]:
    """Of pydantic's ValidationError for a model that stands at the pointer `root`."""
    return [_fault(error, root + _join(error["loc"])) for error in errors]


def _fault(error: Mapping[str, Any], at: str) -> Fault:
    return Fault(error["type"].replace("_", "-"), at, _text(error))


def pointer(loc: Sequence[str | int]) -> str:
    """("body", "observations", 0, "value") → /observations/0/value; ("query", "limit") → /query/limit."""
    return _join(loc) if loc and loc[0] in NOT_BODY else _join(loc[1:])


def _join(loc: Sequence[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in loc)


def _text(error: Mapping[str, Any]) -> Text:
    """A rule may raise PydanticCustomError with `vi` and `en` in its context; unknown kinds keep pydantic's English."""
    context = error.get("ctx") or {}
    if "vi" in context and "en" in context:
        return Text(str(context["vi"]), str(context["en"]))
    key = f"web.fault.{error['type']}"
    if key not in texts():
        return text("web.fault.other", message=error["msg"])
    return text(key, **context, at=error["loc"][-1] if error["loc"] else "")
