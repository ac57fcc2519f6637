"""Which values are kept secret, and how."""

from typing import Literal

from aggregation.rules.plan import PlanIndex
from shared.catalogue import Measure
from shared.disclosure.policy import is_local

Secrecy = Literal["open", "published", "local", "owner"]
"""`published`: the sum of communes, for the whole area. `local`: that of a commune or district. `owner`: what bodies of
the province report for all of it."""


def is_sensitive(plan: PlanIndex, element: str | None) -> bool:
    known = plan.catalogue.elements.get(element or "")
    return known is not None and known.sensitive


def has_sensitive(plan: PlanIndex, measure: Measure) -> bool:
    return any(is_sensitive(plan, element) for element in measure.elements)


def secrecy(plan: PlanIndex, measure: Measure, unit: str) -> Secrecy:
    if not has_sensitive(plan, measure):
        return "open"
    if is_local(plan.catalogue.units[unit].level):
        return "local"
    local = any(is_sensitive(plan, element) and element in plan.local_elements for element in measure.elements)
    return "published" if local else "owner"
