"""The plan as data: what is owed, by whom, until when, and how it is judged. `load()` is the way in."""

from shared.calendar import Period
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.disaggregation import disaggregation_key, parse_disaggregation
from shared.catalogue.element import Category, DataElement, Dimension
from shared.catalogue.fault import CatalogueError, CatalogueFault
from shared.catalogue.form import Assignment, Field, Form, FormCheck, NarrativeField
from shared.catalogue.measure import Indicator, Measure, Objective, Target
from shared.catalogue.obligation import Obligation, OwedForm
from shared.catalogue.plan import Break, Milestone, Plan, PlanCalendar
from shared.catalogue.reading.loader import PACKAGED_PLAN, check, load
from shared.catalogue.unit import Group, Tenure, Unit

__all__ = [
    "PACKAGED_PLAN",
    "Assignment",
    "Break",
    "Catalogue",
    "CatalogueError",
    "CatalogueFault",
    "Category",
    "DataElement",
    "Dimension",
    "Field",
    "Form",
    "FormCheck",
    "Group",
    "Indicator",
    "Measure",
    "Milestone",
    "NarrativeField",
    "Objective",
    "Obligation",
    "OwedForm",
    "Period",
    "Plan",
    "PlanCalendar",
    "Target",
    "Tenure",
    "Unit",
    "check",
    "disaggregation_key",
    "load",
    "parse_disaggregation",
]
