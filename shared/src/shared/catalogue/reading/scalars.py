"""The types of a single value. All that YAML gives is text; each type says how it must look."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, get_args

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from shared.calendar.period import YEARS
from shared.catalogue.measure import Operator
from shared.catalogue.reading.source import Mapping

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")
_OPERATORS = ", ".join(get_args(Operator))


class StandIn(str):
    """Text in the place of a text that could not be read."""


STAND_INS: dict[Any, Any] = {
    str: StandIn(),
    date: date.min,
    Decimal: Decimal(0),
    int: 0,
    int | None: 0,
    bool: False,
}
"""By the type of a required field; a scalar's validator lets them pass."""


def _scalar(parse: Callable[[str], Any], missing: tuple[str, str] = ("missing_key", "is missing")) -> PlainValidator:
    def read(value: Any) -> Any:
        if value is None:
            raise PydanticCustomError(*missing)
        if isinstance(value, Mapping | tuple):
            raise PydanticCustomError("bad_yaml", "must be plain text")
        return parse(value) if type(value) is str else value

    return PlainValidator(read)


def _text(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("missing_text", "has no text")
    if not unicodedata.is_normalized("NFC", value):
        raise PydanticCustomError("not_nfc", "is not in Unicode NFC")
    return value


def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise PydanticCustomError("bad_code", f"is {value!r}, not a code")
    return value


def _day(value: str) -> date:
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("bad_date", f"is {value!r}, not a day like 2025-07-01")


def _number(value: str) -> Decimal:
    if not _NUMBER.fullmatch(value):
        raise PydanticCustomError("bad_decimal", f"is {value!r}, not a number like 1.7")
    return Decimal(value)


def _flag(value: str) -> bool:
    if value not in ("true", "false"):
        raise PydanticCustomError("bad_flag", f"is {value!r}, not true or false")
    return value == "true"


def _operator(value: str) -> str:
    if value not in get_args(Operator):
        raise PydanticCustomError("bad_operator", f"is {value!r}; allowed: {_OPERATORS}")
    return value


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        number = _number(value)
        if number != int(number) or not low <= number <= high:
            raise PydanticCustomError("bad_integer", f"is {value}, not a whole number from {low} to {high}")
        return int(number)

    return parse


def _last_or_month(value: str) -> int | None:
    return None if value == "last" else _whole(1, 12)(value)


def whole(low: int, high: int) -> PlainValidator:
    """A whole number within both bounds."""
    return _scalar(_whole(low, high))


Text = Annotated[str, _scalar(_text, ("missing_text", "has no text"))]
"""For people: not blank, in NFC."""
Code = Annotated[str, _scalar(_code)]
"""An identifier: letters, digits, `_`, `.` and `-`."""
Day = Annotated[date, _scalar(_day)]
Number = Annotated[Decimal, _scalar(_number)]
Flag = Annotated[bool, _scalar(_flag)]
Comparison = Annotated[Operator, _scalar(_operator, ("bad_operator", f"is missing; allowed: {_OPERATORS}"))]
Year = Annotated[int, whole(YEARS[0], YEARS[-1])]
Count = Annotated[int, whole(1, 1_000)]
LastOrMonth = Annotated[int | None, _scalar(_last_or_month)]
"""A month of the year; None stands for `last`, the last month of the period."""
