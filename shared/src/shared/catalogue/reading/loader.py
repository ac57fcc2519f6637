from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.fault import CatalogueError, CatalogueFault, Faults, Location
from shared.catalogue.reading.assembly.whole import build
from shared.catalogue.reading.canonical import sha256_of
from shared.catalogue.reading.checks.whole import check_whole
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import note
from shared.catalogue.reading.source import Mapping, read_source

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
    "units": ("unknown_unit", "break_without_change"),
    "agencies": ("unknown_unit", "coordinator_gap"),
    "calendar": ("unknown_due_rule",),
    "indicators": (),
    "obligations": ("unknown_obligation",),
    "forms": ("not_collected",),
}
"""Faults that follow from a file that could not be read."""

PACKAGED_PLAN = Path(__file__).parent.parent / "plans" / "dak_nong_175"

_Stamp = tuple[int, int, int, int] | None
_MODELS = get_type_hints(PlanFiles)


@dataclass(frozen=True, slots=True)
class _FileRead:
    """What a file holds, with its faults; with stand-ins for all when it is not `readable`."""

    entries: Any
    faults: frozenset[CatalogueFault]
    readable: bool


def load(path: Path | None = None) -> Catalogue:
    """The catalogue of a folder, by default the packaged plan; read once until a file changes.

    Raises CatalogueError with every fault.
    """
    folder = (path or PACKAGED_PLAN).resolve()
    return _load(folder, _stamps(folder))


def check(paths: Iterable[Path]) -> list[CatalogueFault]:
    """Every fault of the given plans, all at once.

    A folder is a whole plan. A file is read with the files beside it, or with those of the packaged plan where there
    are none, and only its own faults are named; it is known by its name or by what it holds.
    """
    found: set[CatalogueFault] = set()
    for path in paths:
        if path.is_dir():
            found.update(_read(_files(path))[1].found)
            continue
        name = _name(path)
        if name is None:
            names = ", ".join(f"{name}.yaml" for name in FILES)
            found.add(
                CatalogueFault(str(path), 1, "not_a_plan", f"neither a plan's folder nor one of its files ({names})")
            )
            continue
        beside = {other: file for other, file in _files(path.parent).items() if file.is_file()}
        faults = _read({**_files(PACKAGED_PLAN), **beside, name: path})[1].found
        found.update(fault for fault in faults if fault.file == str(path))
    return sorted(found)


@lru_cache(maxsize=8)
def _load(folder: Path, stamps: tuple[_Stamp, ...]) -> Catalogue:
    catalogue, faults = _read(_files(folder))
    if faults.found:
        raise CatalogueError(faults.sorted())
    parts = {field.name: getattr(catalogue, field.name) for field in fields(catalogue) if field.name != "version"}
    return replace(catalogue, version=sha256_of(parts))


def _stamps(folder: Path) -> tuple[_Stamp, ...]:
    return tuple(_stamp(file) for file in _files(folder).values())


def _stamp(file: Path) -> _Stamp:
    """It changes with the file, its rights and what stands in its place; None for a file that is not there."""
    if not file.is_file():
        return None
    state = file.stat()
    return state.st_mtime_ns, state.st_ctime_ns, state.st_ino, state.st_size


def _files(folder: Path) -> dict[str, Path]:
    return {name: folder / f"{name}.yaml" for name in FILES}


def _name(path: Path) -> str | None:
    """Which file of a plan this is, by its name or by its telling key; None when it is none of them."""
    if path.stem in FILES or not path.is_file():
        return path.stem if path.is_file() else None
    tree = read_source(path, str(path), Faults())
    return next((name for name, key in FILES.items() if tree is not None and key in tree.entries), None)


def _read(files: dict[str, Path]) -> tuple[Catalogue, Faults]:
    """Read what can be read. Of a file that cannot, one fault is named, and not that others refer to it in vain."""
    faults = Faults()
    entries: dict[str, Any] = {}
    in_vain: set[str] = set()
    for name in FILES:
        read = _read_file(name, files[name], _stamp(files[name]))
        entries[name] = read.entries
        faults.found |= read.faults
        if not read.readable:
            in_vain.update(REFERRING[name])
    plan_files = PlanFiles(**entries)
    catalogue = build(plan_files)
    note(check_whole(plan_files, catalogue), faults)
    faults.found = {fault for fault in faults.found if fault.code not in in_vain}
    return catalogue, faults


@lru_cache(maxsize=2 * len(FILES))
def _read_file(name: str, file: Path, stamp: _Stamp) -> _FileRead:
    """Read once until it changes: a fault in one file is no reason to read seven others again."""
    faults = Faults()
    start = Location(str(file), 1)
    tree = None
    if stamp is None:
        faults.add(start, "missing_file", f"the plan has no {name}.yaml")
    else:
        tree = read_source(file, str(file), faults)
    context = Faults() if tree is None else faults
    entries = _MODELS[name].model_validate(tree or Mapping({}, start), context=context)
    return _FileRead(entries, frozenset(faults.found), readable=tree is not None)
