"""docs/security.md shows the table as it is in force."""

from pathlib import Path

from .paper import paper

PAGE = Path(__file__).parents[3] / "docs" / "security.md"


def test_the_page_shows_the_table() -> None:
    shown = [line for line in PAGE.read_text(encoding="utf-8").split("\n") if line in set(paper().split("\n"))]
    assert "\n".join(shown) == paper(), "paste the output of: .venv/bin/python -m tests.contracts.rights.paper"
