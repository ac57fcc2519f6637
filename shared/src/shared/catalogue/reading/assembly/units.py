from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from shared.catalogue.reading.models.units import AgenciesFile, MergeEntry, UnitEntry, UnitsFile
from shared.catalogue.unit import Level, Unit, unit_key

Units = dict[str, Unit]


def levels(units: UnitsFile, agencies: AgenciesFile) -> Iterator[tuple[UnitEntry, Level]]:
    """Every entry of a unit with its level: the root, areas, bodies of the province, bodies above it."""
    entries: list[tuple[UnitEntry, Level]] = [(units.root, "root")]
    entries += [(area, area.level) for area in units.units]
    entries += [(body, "province_agency") for body in agencies.agencies]
    entries += [(body, "central") for body in agencies.receivers]
    return (pair for pair in entries if pair[0].code)


def key_of(entry: UnitEntry, level: Level) -> str:
    return unit_key(entry.code, level, entry.valid_from)


def build_units(units: UnitsFile, agencies: AgenciesFile, root: str) -> tuple[Units, Units]:
    """The tree below the root, and the bodies above it."""
    tree, above = _unlinked(units, agencies, root)
    for area in units.units:
        key = key_of(area, area.level)
        if key in tree and (parent_unit := unit_on(tree, area.parent, area.valid_from)):
            tree[key] = replace(tree[key], parent=parent_unit.key)
    for key, followers in _followers(units, agencies, tree, above).items():
        store = tree if key in tree else above
        store[key] = replace(
            store[key],
            successors=tuple(code for code, _ in followers),
            unconfirmed_successors=tuple(code for code, confirmed in followers if not confirmed),
        )
    return tree, above


def _unlinked(units: UnitsFile, agencies: AgenciesFile, root: str) -> tuple[Units, Units]:
    """The first unit of every key; no area with its parent yet, nothing with its successors."""
    tree: Units = {}
    above: Units = {}
    for entry, level in levels(units, agencies):
        key = key_of(entry, level)
        parent = root if level == "province_agency" else None
        if key not in tree and key not in above:
            (above if level == "central" else tree)[key] = entry.built(Unit, key=key, level=level, parent=parent)
    return tree, above


def unit_on(tree: Units, code: str, day: date) -> Unit | None:
    """The unit of that code on that day: codes are reused."""
    return next((unit for unit in tree.values() if unit.code == code and unit.is_valid_on(day)), None)


def merged_into(tree: Units, merge: MergeEntry) -> Unit | None:
    return next((unit for unit in tree.values() if unit.code == merge.into and unit.valid_from == merge.on), None)


def merged_from(tree: Units, code: str, day: date) -> Unit | None:
    return next((unit for unit in tree.values() if unit.code == code and unit.valid_to == day), None)


def _followers(
    units: UnitsFile, agencies: AgenciesFile, tree: Units, above: Units
) -> dict[str, list[tuple[str, bool]]]:
    """By the key of what ended: who goes on for it, and whether that is confirmed."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for body in (*agencies.agencies, *agencies.receivers):
        for successor in body.successors if body.code else ():
            if successor.code in tree or successor.code in above:
                found.setdefault(body.code, []).append((successor.code, successor.confirmed))
    for merge in units.merges:
        into = merged_into(tree, merge)
        for code in merge.sources:
            old = merged_from(tree, code, merge.on)
            if old and into:
                found.setdefault(old.key, [(into.key, merge.confirmed)])
    return found
