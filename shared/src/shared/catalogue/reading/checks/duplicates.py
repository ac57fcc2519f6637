from collections.abc import Iterable, Iterator

from shared.catalogue.reading.assembly.units import key_of, levels
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw


def duplicates(files: PlanFiles) -> Iterator[Flaw]:
    """Two things of one kind never share a code, wherever they stand."""
    indicators = files.indicators.indicators
    measures = (measure for indicator in indicators for measure in indicator.measures)
    yield from _twice("document", "code", ((entry.code, entry) for entry in files.plan.documents))
    yield from _twice("milestone", "year", ((str(entry.year), entry) for entry in files.plan.plan.milestones))
    yield from _twice("break", "date", ((entry.day.isoformat(), entry) for entry in files.plan.plan.breaks))
    yield from _twice("source", "code", ((entry.code, entry) for entry in files.plan.sources))
    yield from _twice("dimension", "id", ((entry.id, entry) for entry in files.elements.dimensions))
    yield from _twice("element", "id", ((entry.id, entry) for entry in files.elements.elements))
    yield from _twice("bands of", "kind", ((entry.kind, entry) for entry in files.elements.bands))
    for dimension in files.elements.dimensions:
        yield from _twice("category", "id", ((entry.id, entry) for entry in dimension.categories))
    units = ((key_of(entry, level), entry) for entry, level in levels(files.units, files.agencies))
    yield from _twice("unit", "code", units)
    yield from _twice("group", "code", ((entry.code, entry) for entry in files.agencies.groups))
    yield from _twice("due rule", "code", ((entry.code, entry) for entry in files.calendar.due_rules))
    yield from _twice("override", "date", ((entry.day.isoformat(), entry) for entry in files.calendar.overrides))
    yield from _twice("objective", "number", ((str(entry.number), entry) for entry in files.indicators.objectives))
    yield from _twice("indicator", "code", ((entry.code, entry) for entry in indicators))
    yield from _twice("measure", "code", ((entry.code, entry) for entry in measures))
    yield from _twice("obligation", "code", ((entry.code, entry) for entry in files.obligations.obligations))
    yield from _twice("form", "code", ((entry.code, entry) for entry in files.forms.forms))


def _twice(kind: str, key: str, entries: Iterable[tuple[str, Entry]]) -> Iterator[Flaw]:
    earlier: dict[str, Entry] = {}
    for code, entry in entries:
        if earlier.setdefault(code, entry) is not entry:
            location = earlier[code].location()
            yield Flaw(entry, key, "duplicate_code", f"{kind} {code} already stands at {location.file}:{location.line}")
