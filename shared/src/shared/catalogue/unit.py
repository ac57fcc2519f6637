from dataclasses import dataclass
from datetime import date
from typing import Literal

TreeLevel = Literal["province_agency", "district", "commune"]
Level = Literal["root", "central"] | TreeLevel

ADMIN_LEVELS: dict[Level, str] = {"province_agency": "province", "district": "district", "commune": "commune"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A body or an area. valid_to is exclusive; parent is None for the root and for bodies above the province.

    The key of an administrative unit is CODE@VALID_FROM, because codes are reused; a body's is its code.
    """

    key: str
    code: str
    level: Level
    kind: str
    name_vi: str
    name_en: str | None
    parent: str | None
    valid_from: date
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    role: str | None = None
    confirmed: bool = True
    unconfirmed_successors: tuple[str, ...] = ()
    note: str | None = None

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def spans(self, first: date, end: date | None) -> bool:
        """Valid on every day from first up to, not including, end (None = for ever)."""
        return self.valid_from <= first and (self.valid_to is None or (end is not None and end <= self.valid_to))

    @property
    def admin_level(self) -> str | None:
        """Category of the dimension admin_level: province, district or commune; None for the root and above."""
        return ADMIN_LEVELS.get(self.level)


def unit_key(code: str, level: Level, valid_from: date) -> str:
    return f"{code}@{valid_from.isoformat()}" if level in ("district", "commune") else code


@dataclass(frozen=True, slots=True)
class Group:
    """Who the plan means by a word that is not one body ("các sở, ban, ngành").

    successor is the group that answers once no unit of this one exists any more.
    """

    code: str
    name_vi: str
    name_en: str
    levels: tuple[Level, ...]
    excluded: tuple[str, ...] = ()
    successor: str | None = None

    def has(self, unit: Unit) -> bool:
        return unit.level in self.levels and unit.key not in self.excluded


@dataclass(frozen=True, slots=True)
class Tenure:
    """Who holds a task from valid_from up to, not including, valid_to."""

    unit: str
    valid_from: date
    valid_to: date | None = None
    part: str | None = None
    confirmed: bool = True
    quote: str | None = None

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
