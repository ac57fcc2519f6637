"""Finds the years of a plan that stand in code, in messages or in templates instead of in the plan's files."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tracked import nodes_of

_YEAR = re.compile(r"(?<![\d/.])(?:\d{1,2}/){0,2}(20\d\d)(?!\d)(?!/)")
_EXAMPLE_BEFORE = re.compile(r"(?:ví dụ |for example |placeholder=\")$")
_ADVICE = (
    "Read it from the catalogue: plan.years, plan.target_years, plan.milestones or plan.breaks "
    "(plan.yaml), a target of indicators.yaml, the dates of units.yaml."
)


def complaint(place: str, year: int | str) -> str:
    return f"{place}: {year} is a year of one plan; another plan would keep it. {_ADVICE}"


def years_in_code(source: str) -> Iterator[tuple[int, int]]:
    """Line and year of every number and every text; comments and docstrings may name any year."""
    nodes = nodes_of(source)
    lines = source.splitlines()
    documented = {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    for node in nodes:
        if not isinstance(node, ast.Constant) or id(node) in documented:
            continue
        if isinstance(node.value, int | float) and _is_year(node.value):
            yield node.lineno, int(node.value)
        elif isinstance(node.value, str):
            context = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            yield from ((node.lineno, year) for year in _years_in_line(node.value, context))


def years_in_text(text: str) -> Iterator[tuple[int, int]]:
    """Line and year in a file of messages or in a template."""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.partition("#")[0] if line.lstrip().startswith("#") else line
        yield from ((number, year) for year in _years_in_line(said, said))


def years_of(folder: Path) -> Iterator[str]:
    """A complaint for every year below a folder of sources; plans and migrations are data with dates."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".py", ".yaml", ".html", ".js") or {"plans", "migrations"} & set(path.parts):
            continue
        text = path.read_text(encoding="utf-8")
        found = years_in_code(text) if path.suffix == ".py" else years_in_text(text)
        yield from (complaint(f"{path}:{line}", year) for line, year in found)


def _is_year(number: float) -> bool:
    """2000 and 2099, the bounds of what counts as a year at all, and their like pass."""
    return 2000 < number < 2099


def _years_in_line(said: str, context: str) -> Iterator[int]:
    """Years, but for examples of how to write a period or a day: 2026 beside 2026-Q3 or 2026-12-14, or in a day that is
    said to be an example.
    """
    for found in _YEAR.finditer(said):
        example = _EXAMPLE_BEFORE.search(said[: found.start()]) or re.search(rf"{found[1]}-(?:Q[1-4]|\d\d)", context)
        if _is_year(int(found[1])) and not example:
            yield int(found[1])
