from collections.abc import Iterable, Iterator

from shared.catalogue.reading.assembly.units import key_of, levels
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw
from shared.catalogue.reading.models.calendar import CalendarFile
from shared.catalogue.reading.models.elements import ElementsFile
from shared.catalogue.reading.models.indicators import IndicatorsFile
from shared.catalogue.reading.models.plan import PlanFile
from shared.catalogue.reading.models.units import AgenciesFile, UnitsFile


def duplicates(files: PlanFiles) -> Iterator[Flaw]:
    """Two things of one kind never share a code, wherever they stand."""
    yield from _in_plan(files.plan)
    yield from _in_elements(files.elements)
    yield from _in_units(files.units, files.agencies)
    yield from _in_calendar(files.calendar)
    yield from _in_indicators(files.indicators)
    yield from _twice("obligation", "code", ((entry.code, entry) for entry in files.obligations.obligations))
    yield from _twice("form", "code", ((entry.code, entry) for entry in files.forms.forms))


def _in_plan(file: PlanFile) -> Iterator[Flaw]:
    yield from _twice("document", "code", ((entry.code, entry) for entry in file.documents))
    yield from _twice("milestone", "year", ((str(entry.year), entry) for entry in file.plan.milestones))
    yield from _twice("break", "date", ((entry.day.isoformat(), entry) for entry in file.plan.breaks))
    yield from _twice("source", "code", ((entry.code, entry) for entry in file.sources))


def _in_elements(file: ElementsFile) -> Iterator[Flaw]:
    yield from _twice("dimension", "id", ((entry.id, entry) for entry in file.dimensions))
    yield from _twice("element", "id", ((entry.id, entry) for entry in file.elements))
    yield from _twice("bands of", "kind", ((entry.kind, entry) for entry in file.bands))
    for dimension in file.dimensions:
        yield from _twice("category", "id", ((entry.id, entry) for entry in dimension.categories))


def _in_units(units: UnitsFile, agencies: AgenciesFile) -> Iterator[Flaw]:
    yield from _twice("unit", "code", ((key_of(entry, level), entry) for entry, level in levels(units, agencies)))
    yield from _twice("group", "code", ((entry.code, entry) for entry in agencies.groups))


def _in_calendar(file: CalendarFile) -> Iterator[Flaw]:
    yield from _twice("due rule", "code", ((entry.code, entry) for entry in file.due_rules))
    yield from _twice("override", "date", ((entry.day.isoformat(), entry) for entry in file.overrides))


def _in_indicators(file: IndicatorsFile) -> Iterator[Flaw]:
    yield from _twice("objective", "number", ((str(entry.number), entry) for entry in file.objectives))
    yield from _twice("indicator", "code", ((entry.code, entry) for entry in file.indicators))
    yield from _twice("measure", "code", ((entry.code, entry) for entry in file.measures))


def _twice(kind: str, key: str, entries: Iterable[tuple[str, Entry]]) -> Iterator[Flaw]:
    earlier: dict[str, Entry] = {}
    for code, entry in entries:
        if earlier.setdefault(code, entry) is not entry:
            location = earlier[code].location()
            yield Flaw(entry, key, "duplicate_code", f"{kind} {code} already stands at {location.file}:{location.line}")
