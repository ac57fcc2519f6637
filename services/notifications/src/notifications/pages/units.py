"""Units as a reader chooses among them."""

from collections.abc import Iterable
from datetime import date, timedelta

from starlette.requests import Request

from shared.catalogue import Catalogue
from shared.text.names import alphabetical, unit_name
from shared.web.language import language


def in_order(request: Request, catalogue: Catalogue, units: Iterable[str]) -> list[str]:
    """By the names that the reader sees."""
    spoken = language(request)
    return sorted(units, key=lambda key: (alphabetical(unit_name(catalogue, key, spoken)), key))


def last_day_of(catalogue: Catalogue, key: str) -> date | None:
    """The last day of a unit that no longer exists."""
    unit = catalogue.units.get(key)
    return unit.valid_to - timedelta(days=1) if unit is not None and unit.valid_to is not None else None
