"""Elements with their bands: their own, else those of their kind."""

from collections.abc import Iterator
from dataclasses import replace

from shared.catalogue.element import NO_BANDS, Bands, DataElement, LastYearBand, LikeUnitsBand
from shared.catalogue.reading.models.elements import BandsEntry, ElementsFile


def build_elements(file: ElementsFile) -> Iterator[DataElement]:
    """An element may say one band of its own and leave the other to its kind.

    A sensitive one is never compared with like units: the question would tell what a neighbour has reported
    (docs/domain.md 6.3).
    """
    of_kind = {entry.kind: _bands(entry) for entry in reversed(file.bands)}
    for entry in file.elements:
        usual = of_kind.get(entry.kind, NO_BANDS) if entry.kind != "flag" else NO_BANDS
        own = _bands(entry.bands) if entry.bands else NO_BANDS
        bands = replace(usual, **{name: band for name in ("last_year", "like_units") if (band := getattr(own, name))})
        yield entry.built(DataElement, bands=replace(bands, like_units=None) if entry.sensitive else bands)


def _bands(entry: BandsEntry) -> Bands:
    return Bands(
        entry.last_year.built(LastYearBand) if entry.last_year else None,
        entry.like_units.built(LikeUnitsBand) if entry.like_units else None,
    )
