"""Rules over the whole catalogue, once everything is read."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from shared.calendar import Period
from shared.catalogue.draft import Draft
from shared.catalogue.fault import Place
from shared.catalogue.form import Assignment
from shared.catalogue.measure import Measure
from shared.catalogue.unit import Tenure, Unit


def check_all(draft: Draft) -> None:
    _check_validity(draft)
    _check_tree(draft)
    _check_owners(draft)
    _check_coordinator(draft)
    _check_collected(draft)
    _check_not_applicable(draft)


def _check_validity(draft: Draft) -> None:
    """A reused code has neither gap nor overlap between its lives."""
    lives: dict[str, list[Unit]] = {}
    for unit in draft.units.values():
        lives.setdefault(unit.code, []).append(unit)
    for code, units in lives.items():
        units.sort(key=lambda unit: unit.valid_from)
        for earlier, later in pairwise(units):
            place = draft.place("unit", later.key)
            if earlier.valid_to is None or later.valid_from < earlier.valid_to:
                end = earlier.valid_to or "ever"
                draft.faults.add(place, "validity_overlap", f"code {code} is already valid until {end}")
            elif later.valid_from > earlier.valid_to:
                message = f"code {code} is not valid from {earlier.valid_to} to {later.valid_from}"
                draft.faults.add(place, "validity_gap", message)


def _check_tree(draft: Draft) -> None:
    root = draft.plan.root if draft.plan else ""
    if draft.plan is not None and (root not in draft.units or draft.units[root].level != "root"):
        draft.faults.add(draft.place("plan", "plan"), "unknown_unit", f"no root {root}")
    for key, unit in draft.units.items():
        parent = draft.units.get(unit.parent) if unit.parent else None
        if parent is not None and not parent.spans(unit.valid_from, unit.valid_to):
            message = f"{key}: parent {parent.key} does not exist through its whole life"
            draft.faults.add(draft.place("unit", key), "parent_not_valid", message)
        chain = {key}
        while parent is not None:
            if parent.key in chain:
                draft.faults.add(draft.place("unit", key), "tree_cycle", f"{key} is above itself in the tree of units")
                break
            chain.add(parent.key)
            parent = draft.units.get(parent.parent) if parent.parent else None


def _check_owners(draft: Draft) -> None:
    """Every indicator has exactly one owner on every day of the plan, or one per category of split_by."""
    for code, indicator in draft.indicators.items():
        held = [(place, tenure) for place, owned, tenure in draft.owners if owned == code]
        dimension = draft.dimensions.get(indicator.split_by or "")
        if indicator.split_by and dimension is None:
            continue
        parts: tuple[str | None, ...] = dimension.category_ids if dimension else (None,)
        for place, tenure in held:
            if tenure.part not in parts:
                allowed = ", ".join(part or "no part" for part in parts)
                draft.faults.add(place, "unknown_part", f"indicator {code}: part {tenure.part}; allowed: {allowed}")
        for part in parts:
            what = f"indicator {code}" + (f", part {part}" if part else "")
            mine = [(place, tenure) for place, tenure in held if tenure.part == part]
            _check_tenures(draft, what, mine, draft.place("indicator", code), "owner")


def _check_coordinator(draft: Draft) -> None:
    if draft.plan is not None:
        _check_tenures(draft, "coordinator", draft.coordinators, draft.place("plan", "plan"), "coordinator")


def _check_tenures(draft: Draft, what: str, held: Iterable[tuple[Place, Tenure]], place: Place, role: str) -> None:
    """One body at a time, from the first day of the plan to the last."""
    if draft.plan is None:
        return
    reached: date = draft.plan.valid_from
    for at, tenure in sorted(held, key=lambda pair: (pair[1].valid_from, pair[0])):
        unit = draft.units.get(tenure.unit)
        if unit is None:
            draft.faults.add(at, "unknown_unit", f"{what}: no body {tenure.unit}")
        elif not unit.spans(tenure.valid_from, tenure.valid_to):
            draft.faults.add(at, "unit_not_valid", f"{what}: {tenure.unit} does not exist through its whole tenure")
        if tenure.valid_to is not None and tenure.valid_to <= tenure.valid_from:
            draft.faults.add(at, "bad_interval", f"{what}: ends on {tenure.valid_to}, not after {tenure.valid_from}")
        if tenure.valid_from > reached:
            draft.faults.add(at, f"{role}_gap", f"{what}: nobody from {reached} to {tenure.valid_from}")
        elif tenure.valid_from < reached and reached > draft.plan.valid_from:
            draft.faults.add(at, f"two_{role}s", f"{what}: {tenure.unit} and another at once from {tenure.valid_from}")
        reached = max(reached, tenure.valid_to or date.max)
    if reached < draft.plan.valid_to:
        draft.faults.add(place, f"{role}_gap", f"{what}: nobody from {reached} to {draft.plan.valid_to}")


def _check_collected(draft: Draft) -> None:
    """Every cell a measure needs is on a form somebody owes, from its first target year to the end of the plan."""
    plan = draft.plan
    if plan is None:
        return
    asked: dict[tuple[str, str], list[Assignment]] = {}
    for form in draft.forms.values():
        for field in form.fields:
            asked.setdefault((field.element, field.key), []).extend(form.assigned)
    for code, measure in draft.measures.items():
        if not measure.targets:
            continue
        begin = max(plan.valid_from, Period(measure.targets[0].year).start)
        for cell in _needed_cells(draft, measure):
            reached = begin
            for assignment in sorted(asked.get(cell, ()), key=lambda assignment: assignment.valid_from):
                if assignment.valid_from <= reached:
                    reached = max(reached, assignment.valid_to or date.max)
            if reached < plan.valid_to:
                message = f"measure {code}: nobody is asked for {' '.join(cell).rstrip()} from {reached}"
                draft.faults.add(draft.place("measure", code), "not_collected", message)


def _needed_cells(draft: Draft, measure: Measure) -> Iterator[tuple[str, str]]:
    for element_id in measure.elements:
        element = draft.elements.get(element_id)
        dimension = draft.dimensions.get(element.required_by or "") if element else None
        if dimension is not None:
            yield from ((element_id, f"{dimension.id}={category}") for category in dimension.category_ids)
        elif element is not None:
            yield element_id, ""


def _check_not_applicable(draft: Draft) -> None:
    """All elements of a measure may be not applicable, or none: else a unit could leave one side of it only."""
    for code, measure in draft.measures.items():
        elements = [draft.elements[id_] for id_ in measure.elements if id_ in draft.elements]
        if len({element.may_be_not_applicable for element in elements}) > 1:
            allowed = ", ".join(element.id for element in elements if element.may_be_not_applicable)
            message = f"measure {code}: only {allowed} may be not applicable; all of its elements may, or none"
            draft.faults.add(draft.place("measure", code), "not_applicable_in_part", message)
