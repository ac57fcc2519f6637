"""Dependencies go one way: services → shared; never service → service, never shared → service.

import-linter holds this and more, but sees no migration: their folders are no packages.
"""

import ast
from pathlib import Path

from tests.house.tracked import nodes_of

ROOT = Path(__file__).parents[2]
SERVICES = ("submissions", "aggregation", "notifications", "audit")


def imported(file: Path) -> set[str]:
    names = set()
    for node in nodes_of(file.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_no_service_imports_another() -> None:
    faults = [
        f"{file.relative_to(ROOT)} imports {other}"
        for service in SERVICES
        for file in (ROOT / "services" / service / "src").rglob("*.py")
        for other in imported(file) & ({*SERVICES, "tiendo_local"} - {service})
    ]
    assert not faults


def test_shared_imports_no_service() -> None:
    files = list((ROOT / "shared" / "src").rglob("*.py"))
    assert files
    assert not [str(f) for f in files if imported(f) & {*SERVICES, "tiendo_local"}]
