from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from shared.catalogue.canonical import sha256_of
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.cross_checks import check_all
from shared.catalogue.draft import Draft
from shared.catalogue.entry import Entry
from shared.catalogue.fault import CatalogueError, Fault, Faults, Place
from shared.catalogue.read_calendar import read_calendar
from shared.catalogue.read_forms import read_forms
from shared.catalogue.read_indicators import read_indicators
from shared.catalogue.read_obligations import read_obligations
from shared.catalogue.read_plan import finish_plan, read_elements, read_plan
from shared.catalogue.read_units import read_units
from shared.catalogue.source import Mapping, read_source

FILES = {
    "plan": "plan",
    "elements": "elements",
    "units": "units",
    "agencies": "agencies",
    "calendar": "due_rules",
    "indicators": "indicators",
    "obligations": "obligations",
    "forms": "forms",
}
"""The files of a plan, each with the key that tells it."""

REFERRING = {
    "plan": ("unknown_source", "unknown_unit"),
    "elements": ("unknown_element", "unknown_dimension", "unknown_category", "unknown_part"),
    "units": ("unknown_unit",),
    "agencies": ("unknown_unit", "coordinator_gap"),
    "calendar": ("unknown_due_rule",),
    "indicators": (),
    "obligations": ("unknown_obligation",),
    "forms": ("not_collected",),
}
"""Faults that follow from a file that could not be read."""

PACKAGED_PLAN = Path(__file__).parent / "plans" / "dak_nong_175"

_Stamp = tuple[tuple[int, int], ...]


def load(path: Path | None = None) -> Catalogue:
    """The catalogue of a folder, by default the packaged plan; read once until a file changes.

    Raises CatalogueError with every fault.
    """
    folder = (path or PACKAGED_PLAN).resolve()
    return _load(folder, _stamp(folder))


def check(paths: Iterable[Path]) -> list[Fault]:
    """Every fault of the given plans, all at once.

    A folder is a whole plan. A file is read with the files beside it, or with those of the packaged plan where there
    are none, and only its own faults are named; it is known by its name or by what it holds.
    """
    found: set[Fault] = set()
    for path in paths:
        if path.is_dir():
            found.update(_read(_files(path)).faults.found)
            continue
        name = _name(path)
        if name is None:
            names = ", ".join(f"{name}.yaml" for name in FILES)
            found.add(Fault(str(path), 1, "not_a_plan", f"neither a plan's folder nor one of its files ({names})"))
            continue
        beside = {other: file for other, file in _files(path.parent).items() if file.is_file()}
        faults = _read({**_files(PACKAGED_PLAN), **beside, name: path}).faults.found
        found.update(fault for fault in faults if fault.file == str(path))
    return sorted(found)


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: _Stamp) -> Catalogue:
    draft = _read(_files(folder))
    faults = draft.faults.sorted()
    if faults or draft.plan is None or draft.calendar is None:
        raise CatalogueError(faults)
    parts = {
        "plan": draft.plan,
        "documents": draft.documents,
        "sources": draft.sources,
        "objectives": tuple(sorted(draft.objectives, key=lambda objective: objective.number)),
        "indicators": draft.indicators,
        "measures": draft.measures,
        "elements": draft.elements,
        "dimensions": draft.dimensions,
        "units": draft.units,
        "receivers": draft.receivers,
        "groups": draft.groups,
        "forms": draft.forms,
        "obligations": draft.obligations,
        "calendar": draft.calendar,
    }
    return Catalogue(version=sha256_of(parts), **parts)  # type: ignore[arg-type]


def _stamp(folder: Path) -> _Stamp:
    found = []
    for name in FILES:
        file = folder / f"{name}.yaml"
        state = file.stat() if file.exists() else None
        found.append((state.st_mtime_ns, state.st_size) if state else (0, 0))
    return tuple(found)


def _files(folder: Path) -> dict[str, Path]:
    return {name: folder / f"{name}.yaml" for name in FILES}


def _name(path: Path) -> str | None:
    """Which file of a plan this is, by its name or by its telling key; None when it is none of them."""
    if path.stem in FILES or not path.is_file():
        return path.stem if path.is_file() else None
    tree = read_source(path, str(path), Faults())
    return next((name for name, key in FILES.items() if tree is not None and key in tree.entries), None)


def _read(files: dict[str, Path]) -> Draft:
    """Read what can be read. Of a file that cannot, one fault is named, and not that others refer to it in vain."""
    draft = Draft()
    entries: dict[str, Entry] = {}
    unread: set[str] = set()
    for name, file in files.items():
        tree = None
        if file.is_file():
            tree = read_source(file, str(file), draft.faults)
        else:
            draft.faults.add(Place(str(file), 1), "missing_file", f"the plan has no {name}.yaml")
        if tree is None:
            unread.add(name)
        entries[name] = Entry(tree, draft.faults) if tree else Entry(Mapping({}, Place(str(file), 1)), Faults())
    if "plan" not in unread:
        read_plan(entries["plan"], draft)
    read_elements(entries["elements"], draft)
    read_units(entries["units"], entries["agencies"], draft)
    read_calendar(entries["calendar"], draft)
    read_indicators(entries["indicators"], draft)
    read_obligations(entries["obligations"], draft)
    read_forms(entries["forms"], draft)
    finish_plan(draft)
    check_all(draft)
    in_vain = {code for name in unread for code in REFERRING.get(name, ())}
    draft.faults.found = {fault for fault in draft.faults.found if fault.code not in in_vain}
    return draft
