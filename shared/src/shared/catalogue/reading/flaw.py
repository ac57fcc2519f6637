from collections.abc import Iterable
from dataclasses import dataclass

from shared.catalogue.fault import Faults
from shared.catalogue.reading.entry import Entry


@dataclass(frozen=True, slots=True)
class Flaw:
    """What a check has against an entry that could be read; key None = against the whole entry."""

    entry: Entry
    key: str | None
    code: str
    message: str


def note(flaws: Iterable[Flaw], faults: Faults) -> None:
    """Add each with its line; a value that could not be read has its fault already."""
    for flaw in flaws:
        if flaw.key is None or not flaw.entry.is_unread(flaw.key):
            faults.add(flaw.entry.location(flaw.key), flaw.code, flaw.message)
