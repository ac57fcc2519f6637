from collections.abc import Iterator
from itertools import pairwise

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.assembly.units import key_of, levels, merged_from, merged_into, unit_on
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw
from shared.catalogue.reading.models.units import AreaEntry, BodyEntry, UnitEntry
from shared.catalogue.unit import Unit


def check_units(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    where = {key_of(entry, level): entry for entry, level in levels(files.units, files.agencies)}
    yield from _unit_entries(where, catalogue)
    yield from _merges(files, catalogue)
    yield from _reused_codes(where, catalogue)
    yield from _tree(files, where, catalogue)
    for group in files.agencies.groups:
        for code in group.excluded:
            if code not in catalogue.units:
                yield Flaw(group, "except", "unknown_unit", f"no body {code}")
        if group.successor is not None and group.successor not in catalogue.groups:
            yield Flaw(group, "successor", "unknown_unit", f"group {group.code}: no group {group.successor}")


def _unit_entries(where: dict[str, UnitEntry], catalogue: Catalogue) -> Iterator[Flaw]:
    for key, entry in where.items():
        if entry.valid_to is not None and entry.valid_to <= entry.valid_from:
            message = f"{entry.code} ends on {entry.valid_to}, not after {entry.valid_from}"
            yield Flaw(entry, "valid_to", "bad_interval", message)
        if isinstance(entry, AreaEntry) and unit_on(catalogue.units, entry.parent, entry.valid_from) is None:
            yield Flaw(entry, "parent", "unknown_unit", f"{key}: no unit {entry.parent} on {entry.valid_from}")
        yield from _successors(key, entry, catalogue)


def _successors(key: str, entry: UnitEntry, catalogue: Catalogue) -> Iterator[Flaw]:
    """What ends says who goes on for it, or that nobody does."""
    for successor in entry.successors if isinstance(entry, BodyEntry) else ():
        if successor.code not in catalogue.units and successor.code not in catalogue.receivers:
            yield Flaw(successor, "code", "unknown_unit", f"{key}: no successor {successor.code}")
    abolished = isinstance(entry, AreaEntry | BodyEntry) and entry.abolished
    if entry.valid_to is not None and not abolished and not catalogue.unit(key).successors:
        message = f"{key} ends on {entry.valid_to} without a successor (or abolished: true)"
        yield Flaw(entry, None, "successor_missing", message)


def _merges(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    followed: dict[str, str] = {}
    for merge in files.units.merges:
        into = merged_into(catalogue.units, merge)
        if into is None:
            yield Flaw(merge, "into", "unknown_unit", f"no unit {merge.into} begins on {merge.on}")
        if not merge.sources:
            yield Flaw(merge, "from", "missing_key", f"merge into {merge.into} names nobody it comes from")
        for code in merge.sources:
            old = merged_from(catalogue.units, code, merge.on)
            if old is None:
                yield Flaw(merge, "from", "unknown_unit", f"no unit {code} ends on {merge.on}")
            elif old.key in followed:
                message = f"{old.key} goes into {followed[old.key]} and into {merge.into}"
                yield Flaw(merge, "from", "mapped_twice", message)
            elif into is not None:
                followed[old.key] = into.key


def _reused_codes(where: dict[str, UnitEntry], catalogue: Catalogue) -> Iterator[Flaw]:
    """A reused code has neither gap nor overlap between its lives."""
    lives: dict[str, list[Unit]] = {}
    for unit in catalogue.units.values():
        lives.setdefault(unit.code, []).append(unit)
    for code, units in lives.items():
        for earlier, later in pairwise(sorted(units, key=lambda unit: unit.valid_from)):
            entry = where[later.key]
            if entry.is_unread("valid_from") or where[earlier.key].is_unread("valid_to"):
                continue
            if earlier.valid_to is None or later.valid_from < earlier.valid_to:
                message = f"code {code} is already valid until {earlier.valid_to or 'ever'}"
                yield Flaw(entry, "valid_from", "validity_overlap", message)
            elif later.valid_from > earlier.valid_to:
                message = f"code {code} is not valid from {earlier.valid_to} to {later.valid_from}"
                yield Flaw(entry, "valid_from", "validity_gap", message)


def _tree(files: PlanFiles, where: dict[str, UnitEntry], catalogue: Catalogue) -> Iterator[Flaw]:
    units, root = catalogue.units, catalogue.plan.root
    if root not in units or units[root].level != "root":
        yield Flaw(files.plan.plan, "root", "unknown_unit", f"no root {root}")
    for key, unit in units.items():
        parent = _parent(unit, units)
        known = not where[key].is_unread("valid_from", "valid_to")
        if known and parent is not None and not parent.spans(unit.valid_from, unit.valid_to):
            message = f"{key}: parent {parent.key} does not exist through its whole life"
            yield Flaw(where[key], "parent", "parent_not_valid", message)
        if _runs_into_cycle(unit, units):
            yield Flaw(where[key], "parent", "tree_cycle", f"{key} is above itself in the tree of units")


def _runs_into_cycle(unit: Unit, units: dict[str, Unit]) -> bool:
    passed: set[str] = set()
    above: Unit | None = unit
    while above is not None and above.key not in passed:
        passed.add(above.key)
        above = _parent(above, units)
    return above is not None


def _parent(unit: Unit, units: dict[str, Unit]) -> Unit | None:
    return units.get(unit.parent) if unit.parent else None
