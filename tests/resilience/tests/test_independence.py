"""The half that judges knows nothing of what it judges."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
SYSTEM = {"shared", "submissions", "aggregation", "notifications", "audit", "tiendo_local"}
APART = ("actors", "judging")
FILES = [file for folder in APART for file in sorted((HERE / folder).glob("*.py"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_imports_nothing_of_the_system(file: Path) -> None:
    roots = set()
    beside = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        roots |= {name.split(".")[0] for name in names}
        beside |= {name.split(".")[2] for name in names if name.startswith("tests.resilience.")}
    assert not roots & SYSTEM
    assert beside <= set(APART), "what it imports has to be judged, too"
