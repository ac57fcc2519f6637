"""docs/security.md: what it calls met is shown by a test that there is, and no chapter is left out."""

import ast
import re

import pytest

from tests.house.tracked import text_of, tracked

PAPER = text_of("docs/security.md")
ROW = re.compile(r"^\| (V\d+.*?) \| (.*?) \| (.*) \|$", re.M)
ROWS = {group: (state, shown) for group, state, shown in ROW.findall(PAPER)}
STATES = {"met", "not met", "not applicable", "in work"}
# How many requirement groups each chapter of ASVS 5.0.0 has.
GROUPS = dict(zip(range(1, 18), (5, 4, 7, 4, 4, 8, 6, 4, 2, 7, 7, 3, 4, 3, 4, 5, 3), strict=True))


def groups_in(cell: str) -> set[tuple[int, int]]:
    """`V4.3 GraphQL, V4.4 WebSocket`, `V5.1–V5.4 files`, and `V17` for all of a chapter."""
    found: set[tuple[int, int]] = set()
    for chapter, first, last in re.findall(r"V(\d+)(?:\.(\d+))?(?:–V\d+\.(\d+))?", cell):
        numbers = range(int(first), int(last or first) + 1) if first else range(1, GROUPS[int(chapter)] + 1)
        found |= {(int(chapter), number) for number in numbers}
    return found


def test_every_group_of_the_standard_has_one_state() -> None:
    told = [group for cell in ROWS for group in groups_in(cell)]
    assert sorted(told) == [(chapter, n + 1) for chapter, count in GROUPS.items() for n in range(count)]
    assert {state for state, _ in ROWS.values()} <= STATES


def test_each_says_more_than_its_state() -> None:
    assert all(len(shown) > 15 for _, shown in ROWS.values())


def test_what_is_met_is_shown_by_a_test() -> None:
    met = {cell: shown for cell, (state, shown) in ROWS.items() if state == "met"}
    assert len(met) > 30 and not [cell for cell, shown in met.items() if ".py::test_" not in shown]


@pytest.mark.parametrize("cell", ROWS)
def test_what_it_names_is_there(cell: str) -> None:
    """A file, or a test of a file."""
    for path, test in re.findall(r"`((?:shared|services|tests|deploy)/[^`:]+?)(?:::(\w+))?`", ROWS[cell][1]):
        assert path in tracked(), path
        names = {node.name for node in ast.walk(ast.parse(text_of(path))) if hasattr(node, "name")} if test else set()
        assert not test or test in names, f"{path} has no {test}"
