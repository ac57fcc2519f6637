from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from shared.catalogue.canonical import sha256_of
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.cross_checks import check_all
from shared.catalogue.draft import Draft
from shared.catalogue.entry import Entry
from shared.catalogue.fault import CatalogueError, Fault, Place
from shared.catalogue.read_calendar import read_calendar
from shared.catalogue.read_forms import read_forms
from shared.catalogue.read_indicators import read_indicators
from shared.catalogue.read_obligations import read_obligations
from shared.catalogue.read_plan import finish_plan, read_elements, read_plan
from shared.catalogue.read_units import read_units
from shared.catalogue.source import read_source

FILES = ("plan", "elements", "units", "agencies", "calendar", "indicators", "obligations", "forms")
PACKAGED_PLAN = Path(__file__).parent / "plans" / "dak_nong_175"

_Stamp = tuple[tuple[int, int], ...]


def load(path: Path | None = None) -> Catalogue:
    """The catalogue of a folder, by default the packaged plan; read once until a file changes.

    Raises CatalogueError with every fault.
    """
    folder = (path or PACKAGED_PLAN).resolve()
    return _load(folder, _stamp(folder))


def check(paths: Iterable[Path]) -> list[Fault]:
    """Every fault of the given plans. A file stands for its folder's plan, and only its own faults are named."""
    found: set[Fault] = set()
    for path in paths:
        if path.is_dir():
            found.update(_read(path).faults.found)
        elif path.exists() and path.stem in FILES:
            found.update(fault for fault in _read(path.parent).faults.found if Path(fault.file) == path)
        else:
            names = ", ".join(f"{name}.yaml" for name in FILES)
            found.add(Fault(str(path), 1, "not_a_plan", f"not a folder with a plan, nor one of its files ({names})"))
    return sorted(found)


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: _Stamp) -> Catalogue:
    draft = _read(folder)
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


def _read(folder: Path) -> Draft:
    draft = Draft()
    files: dict[str, Entry] = {}
    for name in FILES:
        file = folder / f"{name}.yaml"
        if not file.is_file():
            draft.faults.add(Place(str(file), 1), "missing_file", f"the plan has no {name}.yaml")
            continue
        tree = read_source(file, str(file), draft.faults)
        if tree is not None:
            files[name] = Entry(tree, draft.faults)
    if len(files) < len(FILES):
        return draft
    read_plan(files["plan"], draft)
    read_elements(files["elements"], draft)
    read_units(files["units"], files["agencies"], draft)
    read_calendar(files["calendar"], draft)
    read_indicators(files["indicators"], draft)
    read_obligations(files["obligations"], draft)
    read_forms(files["forms"], draft)
    finish_plan(draft)
    check_all(draft)
    return draft
