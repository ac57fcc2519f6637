"""An event as a sentence that an officer reads: "Xã Quảng Trực gửi bản 2 Biểu B01-XA năm 2026"."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from audit.rules.entry import LOGGED_TYPES
from audit.rules.texts import text, texts
from shared.text import Language, Text
from shared.text.figures import days_left, instant, number
from shared.text.messages import MessageError

LANGUAGES: tuple[Language, Language] = ("vi", "en")
ROMAN = {"Q1": "I", "Q2": "II", "Q3": "III", "Q4": "IV"}
STAGE = re.compile(r"([TO])[-+]([0-9]{1,3})")
NameOf = Callable[[str, Language], str]
DecimalsOf = Callable[[str], int | None]


def short(type_: str) -> str:
    """vn.tiendo.submission.received.v1 → submission.received"""
    return type_.removeprefix("vn.tiendo.").rsplit(".v", 1)[0]


def check_sentences(types: Iterable[str] = LOGGED_TYPES) -> None:
    """At the start: every event that the log keeps has a sentence and a name. Raises `MessageError`."""
    keys = [f"{kind}.{short(type_)}" for type_ in types for kind in ("event", "type")]
    if faults := [f"write {key} in audit/messages.yaml, in vi and en" for key in keys if key not in texts()]:
        raise MessageError("\n".join(faults))


def period_phrase(period: str) -> Text:
    """2026 → "năm 2026"; 2026-Q3 → "quý III năm 2026"."""
    year, _, quarter = period.partition("-")
    if quarter in ROMAN:
        return text("period.quarter", quarter=ROMAN[quarter], digit=quarter[1], year=year)
    return text("period.year", year=year)


def sentence(
    type_: str, subject: str, data: Mapping[str, Any], name_of: NameOf, decimals_of: DecimalsOf = lambda _: None
) -> Text:
    """`name_of` gives a unit's name, `decimals_of` the decimals a measure is shown with (None: all it has).

    A notification's data may be given a `form`, which it does not carry itself; what the system says of itself has no
    unit and no period. A type or a shape without a sentence of its own is still told, by its codes.
    """
    key = f"event.{short(type_)}"
    special = f"{key}.{data.get('stage') or data.get('outcome')}"
    key = special if special in texts() else key
    if key in texts():
        try:
            return Text(*(_fill(spoken, key, data, name_of, decimals_of) for spoken in LANGUAGES))
        except (KeyError, ValueError, TypeError, AttributeError):
            pass
    return text("event.other", type=type_, subject=subject)


def _fill(language: Language, key: str, data: Mapping[str, Any], name_of: NameOf, decimals_of: DecimalsOf) -> str:
    values: dict[str, Any] = dict(data)
    if "unit" in data:
        values["unit"] = name_of(data["unit"], language)
    if "period" in data:
        values["period"] = period_phrase(data["period"]).in_(language)
    for name in ("kind", "severity", "recipient_role", "channel", "origin"):
        if name in data:
            values[name] = _word(language, name, str(data[name]))
    if "stage" in data:
        values["step"] = _step(language, str(data["stage"]))
    if "period" in data:
        report = "report.with_form" if "form" in data else "report.without_form"
        values["report"] = texts().plain(language, report, form=data.get("form"), period=values["period"])
    if "due_at" in data:
        values["due"] = instant(datetime.fromisoformat(data["due_at"]))
    if "days_left" in data:
        values["left"] = days_left(int(data["days_left"])).in_(language)
    if "reason_code" in data:
        values["reason"] = _word(language, "reason", str(data["reason_code"]))
    values.setdefault("reason", "–")
    if "values" in data:
        values |= _figures(language, data["values"]["received"], decimals_of(data["measure"]))
    for name in ("consumer", "projection"):
        if name in data:
            values[name] = _word(language, "service", str(data[name]))
    if "rebuilt_checksum" in data:
        values["events"] = number(data["events"], language=language)
        values["result"] = texts().plain(language, "rebuilt.equal" if data["equal"] else "rebuilt.different")
        values["swapped"] = texts().plain(language, "rebuilt.swapped") if data["swapped"] else ""
    if data.get("measure") and key == "event.finding.recorded":
        values["about"] = texts().plain(language, "event.about_measure", measure=data["measure"])
    values.setdefault("about", "")
    return texts().plain(language, key, **values)


def _figures(language: Language, figures: Mapping[str, Any], decimals: int | None) -> dict[str, str]:
    value = figures.get("value")
    shown = texts().plain(language, "event.no_value") if value is None else number(value, decimals, language=language)
    return {"value": shown, "reported": str(figures["reported"]), "expected": str(figures["expected"])}


def _step(language: Language, stage: str) -> str:
    """T-30 → "nhắc trước hạn 30 ngày"; O+1 → "nhắc quá hạn 1 ngày"."""
    known = STAGE.fullmatch(stage)
    if known is None:
        return texts().plain(language, "stage.other", code=stage)
    return texts().plain(language, "stage.before" if known[1] == "T" else "stage.after", count=int(known[2]))


def _word(language: Language, name: str, code: str) -> str:
    """The word for a code; the code itself when it is a new one."""
    key = f"{name}.{code}"
    return texts().plain(language, key) if key in texts() else code
