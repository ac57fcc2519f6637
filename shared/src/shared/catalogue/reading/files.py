from dataclasses import dataclass, fields

from shared.catalogue.reading.models.calendar import CalendarFile
from shared.catalogue.reading.models.elements import ElementsFile
from shared.catalogue.reading.models.forms import FormsFile, ObligationsFile
from shared.catalogue.reading.models.indicators import IndicatorsFile
from shared.catalogue.reading.models.plan import PlanFile
from shared.catalogue.reading.models.units import AgenciesFile, UnitsFile


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
