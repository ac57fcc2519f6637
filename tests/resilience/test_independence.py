"""The half that judges knows nothing of what it judges."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SYSTEM = {"shared", "submissions", "aggregation", "notifications", "audit", "tiendo_local"}
KNOWN = ["ledger", "content", "expected", "api_client", "retrying_client", "writer", "writers", "reading", "checker"]
FILES = [HERE / f"{name}.py" for name in KNOWN] + sorted((HERE / "judging").glob("*.py"))


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
    assert beside <= {*KNOWN, "judging"}, "what it imports has to be judged, too"
