from collections.abc import Iterator

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw
from shared.catalogue.reading.models.elements import BandsEntry, ElementEntry, LastYearEntry, LikeUnitsEntry

QUARTILES = 4
"""Of fewer figures the quartiles are not parted from the median."""


def check_elements(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    for element in files.elements.elements:
        what = f"element {element.id}"
        yield from _dimensions(element, what, catalogue)
        yield from _within(element, what, catalogue)
        if element.may_be_not_applicable and element.kind != "count":
            message = f"{what}: only a count can be not applicable, not {element.kind}"
            yield Flaw(element, "may_be_not_applicable", "not_a_count", message)
        if element.bands is not None:
            yield from _bands_allowed(element, element.bands, what)
            yield from _bands(element.bands, what)
    for bands in files.elements.bands:
        yield from _bands(bands, f"bands of {bands.kind}")


def _dimensions(element: ElementEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    named = [("required_by", element.required_by), *(("optional_by", name) for name in element.optional_by)]
    for key, name in named:
        if name is not None and name not in catalogue.dimensions:
            yield Flaw(element, key, "unknown_dimension", f"{what}: no dimension {name}")


def _within(element: ElementEntry, what: str, catalogue: Catalogue) -> Iterator[Flaw]:
    if element.within and not element.sensitive:
        yield Flaw(element, "within", "bad_choice", f"{what}: it is open, and needs no bound by what is open")
    for name in element.within:
        other = catalogue.elements.get(name)
        if other is None:
            yield Flaw(element, "within", "unknown_element", f"{what}: no element {name}")
        elif other.sensitive or other.kind != "count" or other.required_by:
            yield Flaw(element, "within", "bad_choice", f"{what}: {name} is no open count with a total")


def _bands_allowed(element: ElementEntry, bands: BandsEntry, what: str) -> Iterator[Flaw]:
    if element.kind == "flag":
        message = f"{what}: a flag is yes or no, there is nothing to compare"
        yield Flaw(element, "bands", "bad_choice", message)
    if element.sensitive and bands.like_units is not None:
        message = f"{what}: it is sensitive, and like_units would tell what other units report"
        yield Flaw(bands, "like_units", "bad_choice", message)


def _bands(bands: BandsEntry, what: str) -> Iterator[Flaw]:
    """A band that could not be kept: the yardstick itself would be outside, or it would ask about everything."""
    if bands.last_year is None and bands.like_units is None and not bands.is_unread("last_year", "like_units"):
        yield Flaw(bands, None, "missing_key", f"{what}: neither last_year nor like_units")
    if bands.last_year is not None:
        yield from _last_year(bands.last_year, f"{what}, last_year")
    if bands.like_units is not None:
        yield from _like_units(bands.like_units, f"{what}, like_units")


def _last_year(band: LastYearEntry, what: str) -> Iterator[Flaw]:
    if not 0 <= band.at_least < 1:
        message = f"{what}: at_least is {band.at_least}; last year's figure itself must be inside, so 0 to below 1"
        yield Flaw(band, "at_least", "bad_interval", message)
    if not band.at_most > 1:
        message = f"{what}: at_most is {band.at_most}; last year's figure itself must be inside, so above 1"
        yield Flaw(band, "at_most", "bad_interval", message)
    if not band.floor >= 1:
        message = f"{what}: floor is {band.floor}, below 1; after a year without a case every figure would be outside"
        yield Flaw(band, "floor", "bad_interval", message)


def _like_units(band: LikeUnitsEntry, what: str) -> Iterator[Flaw]:
    if not band.at_most > 1:
        message = f"{what}: at_most is {band.at_most}; the median itself must be inside, so above 1"
        yield Flaw(band, "at_most", "bad_interval", message)
    if band.spread < 0:
        yield Flaw(band, "spread", "bad_interval", f"{what}: spread is {band.spread}, below 0")
    if not band.floor >= 1:
        message = f"{what}: floor is {band.floor}, below 1; where most have no case every figure would be outside"
        yield Flaw(band, "floor", "bad_interval", message)
    if band.reported < QUARTILES:
        message = f"{what}: {band.reported} units have no quartiles; at least {QUARTILES}"
        yield Flaw(band, "reported", "bad_interval", message)
