"""Values that a query names and the plan must have. `Annotated[str | None, KnownUnit()]`: `check` refuses others."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from fastapi import FastAPI

from shared.calendar import Period
from shared.catalogue import Catalogue
from shared.events import ALL_TOPICS
from shared.text import Fault, Text
from shared.text.words import excerpt
from shared.web.texts import text

SHOWN = 80
"""How much of a wrong value a fault repeats."""
MANY = 20
"""A list of more than so many values is not told whole: the nearest ones are."""


class KnownValue(Protocol):
    """Stands in the metadata of a declared parameter."""

    def refusal(self, value: str, app: FastAPI) -> Fault | None:
        """Why `value` (not blank) cannot be asked for, with an empty pointer; None when it can."""


def shown(value: str) -> str:
    """As much of what was sent as a fault repeats."""
    return excerpt(value, SHOWN)


def choose(value: str, options: Collection[str]) -> Text:
    """What to write instead: all options of a short list, the nearest ones of a long one, else nothing."""
    if len(options) <= MANY:
        return text("web.query.options", options=", ".join(options))
    upper = {option.upper(): option for option in options}
    near = [upper[match] for match in get_close_matches(value.upper(), upper, 3)]
    return text("web.query.nearest", options=", ".join(near)) if near else Text("", "")


def refused(code: str, value: str, options: Collection[str]) -> Fault:
    """The fault `code`, with what to write instead behind it."""
    why, instead = text(f"web.query.{code}", value=shown(value)), choose(value[:SHOWN], options)
    return Fault(code, "", Text(f"{why.vi} {instead.vi}".strip(), f"{why.en} {instead.en}".strip()))


@dataclass(frozen=True, slots=True)
class KnownUnit:
    def refusal(self, value: str, app: FastAPI) -> Fault | None:
        units = _catalogue(app).units
        return None if value in units else refused("unknown-unit", value, list(units))


@dataclass(frozen=True, slots=True)
class KnownForm:
    def refusal(self, value: str, app: FastAPI) -> Fault | None:
        forms = _catalogue(app).forms
        return None if value in forms else refused("unknown-form", value, list(forms))


@dataclass(frozen=True, slots=True)
class KnownPeriod:
    """A year of the plan or a quarter of one: `2026`, `2026-Q3`."""

    def refusal(self, value: str, app: FastAPI) -> Fault | None:
        return period_fault(value, _catalogue(app).plan.years)


def period_fault(value: str, years: range) -> Fault | None:
    try:
        outside = Period.parse(value).year not in years
    except ValueError:
        return Fault("unknown-period", "", text("web.query.unknown-period", value=shown(value)))
    if outside:
        first, last = years[0], years[-1]
        return Fault("unknown-period", "", text("web.query.period_outside_plan", first=first, last=last))
    return None


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a list that the code knows."""

    options: tuple[str, ...]

    def refusal(self, value: str, app: FastAPI) -> Fault | None:
        return None if value in self.options else refused("unknown-value", value, self.options)


@dataclass(frozen=True, slots=True)
class KnownTopic:
    def refusal(self, value: str, app: FastAPI) -> Fault | None:
        return None if value in ALL_TOPICS else refused("unknown-topic", value, ALL_TOPICS)


def _catalogue(app: FastAPI) -> Catalogue:
    catalogue: Catalogue = app.state.catalogue
    return catalogue
