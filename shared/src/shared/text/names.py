"""What the shell needs of the catalogue, names of units in the reader's language, and of periods in both."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, Protocol

from shared.text import Language, Text
from shared.text.texts import text, texts

PeriodStyle = Literal["short", "long"]
ROMAN = {"Q1": "I", "Q2": "II", "Q3": "III", "Q4": "IV"}


class UnitFacts(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def name_vi(self) -> str: ...
    @property
    def name_en(self) -> str | None: ...
    @property
    def valid_to(self) -> date | None: ...


class PlanFacts(Protocol):
    @property
    def version(self) -> str: ...
    @property
    def plan(self) -> Any: ...
    @property
    def units(self) -> Any: ...

    def unit(self, key: str) -> Any: ...


def unit_name(catalogue: PlanFacts, key: str, spoken: Language) -> str:
    """The unit's own name; the key itself when the catalogue does not know it (an older plan's unit in old data)."""
    try:
        return name_of(catalogue.unit(key), spoken)
    except LookupError:
        return key


def name_of(thing: Any, spoken: Language) -> str:
    """`name_vi`/`name_en` or `title_vi`/`title_en`; Vietnamese where no English name is known."""
    stem = next(stem for stem in ("name", "title") if hasattr(thing, f"{stem}_vi"))
    english = getattr(thing, f"{stem}_en", None) if spoken == "en" else None
    return str(english or getattr(thing, f"{stem}_vi"))


def actor_name(unit: str | None, role: str) -> Text:
    """Who acted: "Sở Nội vụ (điều phối)". `unit` is its name; None where only the role is known. Never a person."""
    word = text(f"role.{role}") if f"role.{role}" in texts() else Text(role, role)
    return word if unit is None else text("actor.of_unit", unit=unit, role=word)


def period_name(period: str, style: PeriodStyle) -> Text:
    """`2026-Q3` is "quý III/2026" or "for Q3 2026" in short, after the name of a form, and "quý III năm 2026" or
    "quarter 3 of 2026" in long, in a sentence. A text that names no quarter is told as a year."""
    year, _, quarter = period.partition("-")
    if quarter in ROMAN:
        return text(f"period.{style}.quarter", roman=ROMAN[quarter], digit=quarter[1], year=year)
    return text(f"period.{style}.year", year=year)


def alphabetical(name: str) -> tuple[str, str]:
    """Sort key that keeps Vietnamese letters at their places: Đ after D, accents after the bare letter."""
    return _bare(name.lower().replace("đ", "d\uffff")), name


def folded(name: str) -> str:
    """As somebody types who looks for it: without diacritics, capitals and signs; one blank between words."""
    bare = _bare(unicodedata.normalize("NFC", name).casefold().replace("đ", "d"))
    return " ".join(re.findall(r"[^\W_]+", bare))


def _bare(name: str) -> str:
    """Letters without their marks."""
    return "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))


def all_units(catalogue: PlanFacts) -> list[UnitFacts]:
    units: Iterable[UnitFacts] = catalogue.units.values()
    return list(units)


def province(catalogue: PlanFacts, spoken: Language) -> str:
    """The area the plan covers: the root of the units."""
    return next((name_of(unit, spoken) for unit in all_units(catalogue) if unit.level == "root"), "")
