"""Pydantic's faults in Vietnamese and English, with JSON pointers, all of them at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.text import Fault, Text
from shared.web.texts import text, texts

NOT_BODY = ("query", "path", "header", "cookie")


def faults(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Of FastAPI's RequestValidationError, whose places begin with body, query, path, header or cookie."""
    return [_fault(error, "" if error["type"] == "json_invalid" else pointer(error["loc"])) for error in errors]


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
