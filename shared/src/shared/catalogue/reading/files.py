from dataclasses import dataclass, fields

from shared.catalogue.reading.models import (
    AgenciesFile,
    CalendarFile,
    ElementsFile,
    FormsFile,
    IndicatorsFile,
    ObligationsFile,
    PlanFile,
    UnitsFile,
)


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """The files of a plan as they were read; a file is `<field>.yaml`."""

    plan: PlanFile
    elements: ElementsFile
    units: UnitsFile
    agencies: AgenciesFile
    calendar: CalendarFile
    indicators: IndicatorsFile
    obligations: ObligationsFile
    forms: FormsFile


NAMES = tuple(field.name for field in fields(PlanFiles))
