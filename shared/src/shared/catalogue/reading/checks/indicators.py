from collections.abc import Iterator

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw


def check_indicators(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    numbers = {objective.number for objective in catalogue.objectives}
    for indicator in files.indicators.indicators:
        what = f"indicator {indicator.code}"
        if indicator.objective not in numbers:
            yield Flaw(indicator, "objective", "unknown_objective", f"{what}: no objective {indicator.objective}")
        if indicator.source is not None and indicator.source not in catalogue.sources:
            yield Flaw(indicator, "source", "unknown_source", f"{what}: no source {indicator.source}")
        if indicator.split_by is not None and indicator.split_by not in catalogue.dimensions:
            yield Flaw(indicator, "split_by", "unknown_dimension", f"{what}: no dimension {indicator.split_by}")
        for body in indicator.contributes:
            if body not in catalogue.units:
                yield Flaw(indicator, "contributes", "unknown_unit", f"{what}: no body {body}")
        if not indicator.measures:
            yield Flaw(indicator, "measures", "measure_missing", f"{what} has no measure")
