from dataclasses import dataclass, replace
from datetime import date

from shared.catalogue.draft import Draft
from shared.catalogue.entry import Entry
from shared.catalogue.unit import Group, Level, Tenure, Unit, unit_key

TREE_LEVELS: tuple[Level, ...] = ("province_agency", "district", "commune")


@dataclass(slots=True)
class _Pending:
    """Codes that can only be resolved once every unit is known."""

    parents: list[tuple[Entry, str, str]]
    successors: list[tuple[Entry, str, str, bool]]
    merges: list[Entry]
    abolished: set[str]


def read_units(units: Entry, agencies: Entry, draft: Draft) -> None:
    """units.yaml and agencies.yaml: one tree below the root, and the bodies above it."""
    pending = _Pending([], [], [], set())
    root = units.entry("root")
    _add(root, draft, "root", None)
    root.close()
    for item in units.entries("units"):
        level: Level = item.choice("level", ("district", "commune"))
        unit = _add(item, draft, level, None)
        pending.parents.append((item, unit.key, item.code("parent")))
        if item.flag("abolished"):
            pending.abolished.add(unit.key)
        item.close()
    pending.merges = units.entries("merges", required=False)
    units.close()
    root_code = draft.plan.root if draft.plan else None
    for item in agencies.entries("agencies"):
        unit = _add(item, draft, "province_agency", root_code)
        _successors(item, unit.key, pending)
        item.close()
    for item in agencies.entries("receivers", required=False):
        unit = _add(item, draft, "central", None)
        _successors(item, unit.key, pending)
        item.close()
    _resolve(draft, pending)
    _read_groups(agencies, draft)
    for item in agencies.entries("coordinator"):
        draft.coordinators.append((item.place, read_tenure(item)))
        item.close()
    agencies.close()


def read_tenure(item: Entry) -> Tenure:
    return Tenure(
        unit=item.code("unit"),
        valid_from=item.day("valid_from"),
        valid_to=item.day_or_none("valid_to"),
        part=item.code_or_none("part"),
        confirmed=item.flag("confirmed", default=True),
        quote=item.text_or_none("quote"),
    )


def _add(item: Entry, draft: Draft, level: Level, parent: str | None) -> Unit:
    code = item.code("code")
    valid_from = item.day("valid_from")
    valid_to = item.day_or_none("valid_to")
    if valid_to is not None and valid_to <= valid_from:
        item.fault("valid_to", "bad_interval", f"{code} ends on {valid_to}, not after {valid_from}")
    unit = Unit(
        key=unit_key(code, level, valid_from),
        code=code,
        level=level,
        kind=item.code("kind"),
        name_vi=item.text("vi"),
        name_en=item.text("en"),
        parent=parent,
        valid_from=valid_from,
        valid_to=valid_to,
        aliases=item.texts("aliases"),
        role=item.code_or_none("role"),
        confirmed=item.flag("confirmed", default=True),
        note=item.text_or_none("note"),
    )
    if draft.declare("unit", unit.key, item.place):
        (draft.receivers if level == "central" else draft.units)[unit.key] = unit
    return unit


def _successors(item: Entry, key: str, pending: _Pending) -> None:
    for entry in item.entries("successors", required=False):
        pending.successors.append((entry, key, entry.code("code"), entry.flag("confirmed", default=True)))
        entry.close()
    if item.flag("abolished"):
        pending.abolished.add(key)


def _resolve(draft: Draft, pending: _Pending) -> None:
    for item, key, code in pending.parents:
        unit = draft.units.get(key)
        parent = draft.unit_on(code, unit.valid_from) if unit else None
        if unit and parent:
            draft.units[key] = replace(unit, parent=parent.key)
        elif unit:
            item.fault("parent", "unknown_unit", f"{key}: no unit {code} on {unit.valid_from}")
    followers: dict[str, list[tuple[str, bool]]] = {}
    for item, key, code, confirmed in pending.successors:
        if draft.body(code) is None:
            item.fault("code", "unknown_unit", f"{key}: no successor {code}")
        else:
            followers.setdefault(key, []).append((code, confirmed))
    for merge in pending.merges:
        _read_merge(merge, draft, followers)
    for store in (draft.units, draft.receivers):
        for key, unit in store.items():
            found = followers.get(key, [])
            store[key] = replace(
                unit,
                successors=tuple(code for code, _ in found),
                unconfirmed_successors=tuple(code for code, confirmed in found if not confirmed),
            )
            if unit.valid_to is not None and not found and key not in pending.abolished:
                message = f"{key} ends on {unit.valid_to} without a successor (or abolished: true)"
                draft.faults.add(draft.place("unit", key), "successor_missing", message)


def _read_merge(merge: Entry, draft: Draft, followers: dict[str, list[tuple[str, bool]]]) -> None:
    day = merge.day("on")
    code = merge.code("into")
    into = next((unit for unit in draft.units.values() if unit.code == code and unit.valid_from == day), None)
    if into is None:
        merge.fault("into", "unknown_unit", f"no unit {code} begins on {day}")
    sources = merge.codes("from")
    if not sources:
        merge.fault("from", "missing_key", f"merge into {code} names nobody it comes from")
    for old_code in sources:
        old = _ending(draft, old_code, day)
        if old is None:
            merge.fault("from", "unknown_unit", f"no unit {old_code} ends on {day}")
        elif old.key in followers:
            earlier = followers[old.key][0][0]
            merge.fault("from", "mapped_twice", f"{old.key} goes into {earlier} and into {code}")
        elif into is not None:
            followers[old.key] = [(into.key, merge.flag("confirmed", default=True))]
    merge.flag("confirmed", default=True)
    merge.close()


def _ending(draft: Draft, code: str, day: date) -> Unit | None:
    return next((unit for unit in draft.units.values() if unit.code == code and unit.valid_to == day), None)


def _read_groups(agencies: Entry, draft: Draft) -> None:
    for item in agencies.entries("groups", required=False):
        levels = tuple(level for level in TREE_LEVELS if level in item.codes("levels"))
        if len(levels) != len(item.codes("levels")):
            item.fault("levels", "bad_choice", f"'levels' may name {', '.join(TREE_LEVELS)}")
        excluded = item.codes("except")
        for code in excluded:
            if code not in draft.units:
                item.fault("except", "unknown_unit", f"no body {code}")
        group = Group(
            item.code("code"), item.text("vi"), item.text("en"), levels, excluded, item.code_or_none("successor")
        )
        if draft.declare("group", group.code, item.place):
            draft.groups[group.code] = group
        item.close()
    for group in draft.groups.values():
        if group.successor is not None and group.successor not in draft.groups:
            message = f"group {group.code}: no group {group.successor}"
            draft.faults.add(draft.place("group", group.code), "unknown_unit", message)
