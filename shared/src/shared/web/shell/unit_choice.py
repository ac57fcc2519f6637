"""The choice of a unit in a form."""

from datetime import date

from shared.text.names import PlanFacts, UnitFacts, all_units, alphabetical

FORMER = ".former"
"""Ends the message key of a group of units that no longer exist."""


def unit_groups(catalogue: PlanFacts, today: date) -> list[tuple[str, list[UnitFacts]]]:
    """Units under message keys: today's by level, then those that no longer exist, for work on earlier periods."""
    groups: dict[str, list[UnitFacts]] = {}
    for unit in sorted(all_units(catalogue), key=lambda one: alphabetical(one.name_vi)):
        age = "" if unit.valid_to is None or unit.valid_to > today else FORMER
        groups.setdefault(f"web.units.{unit.level}{age}", []).append(unit)
    levels = ("root", "province_agency", "commune", "district", "central")
    order = [f"web.units.{level}{age}" for age in ("", FORMER) for level in levels]
    return [(key, groups[key]) for key in order if key in groups]
