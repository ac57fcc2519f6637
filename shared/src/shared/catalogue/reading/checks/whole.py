from collections.abc import Iterator

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.checks.collected import check_collected
from shared.catalogue.reading.checks.duplicates import duplicates
from shared.catalogue.reading.checks.elements import check_elements
from shared.catalogue.reading.checks.forms import check_forms
from shared.catalogue.reading.checks.indicators import check_indicators
from shared.catalogue.reading.checks.measures import check_measures
from shared.catalogue.reading.checks.obligations import check_obligations
from shared.catalogue.reading.checks.plan import check_calendar, check_plan
from shared.catalogue.reading.checks.tenures import check_tenures
from shared.catalogue.reading.checks.units import check_units
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw


def check_whole(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    """What only an entry as a whole, or several of them, can show. Every check runs, whatever the others found."""
    yield from duplicates(files)
    yield from check_plan(files, catalogue)
    yield from check_calendar(files)
    yield from check_elements(files, catalogue)
    yield from check_units(files, catalogue)
    yield from check_tenures(files, catalogue)
    yield from check_indicators(files, catalogue)
    yield from check_measures(files, catalogue)
    yield from check_obligations(files, catalogue)
    yield from check_forms(files, catalogue)
    yield from check_collected(files, catalogue)
