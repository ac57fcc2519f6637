"""A plan's years stand in its files alone, so that the next plan brings its own."""

from pathlib import Path

import pytest

from tests.house.plan_years import complaint, years_in_code, years_in_text, years_of

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "shared" / "src", *sorted((ROOT / "services").glob("*/src"))]


@pytest.mark.parametrize("folder", SOURCES, ids=lambda folder: folder.parent.name)
def test_no_year_of_a_plan_stands_in_code(folder: Path) -> None:
    found = list(years_of(folder))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("source", "year"),
    [
        ("LAST_YEAR = 2030", 2030),
        ("BREAK = 2024.5", 2024),
        ("YEARS = range(2021, 2099)", 2021),
        ("FIRST_DAY = date(2021, 1, 1)", 2021),
        ('broken = "sắp xếp 01/7/2025"', 2025),
        ('title = f"Mục tiêu 2030: {value}"', 2030),
    ],
)
def test_a_new_year_in_code_is_found(source: str, year: int) -> None:
    assert list(years_in_code(source)) == [(1, year)]


@pytest.mark.parametrize(
    "source",
    [
        '"""The years 2021 to 2030."""',
        "x = 1  # as in 2025",
        'hint = "2026 or 2026-Q3"',
        'law = "Nghị định 30/2020/NĐ-CP"',
        "LIMIT = 2000",
        'trace = "120250"',
    ],
)
def test_documentation_examples_and_laws_may_name_years(source: str) -> None:
    assert list(years_in_code(source)) == []


def test_a_new_year_in_a_message_or_a_template_is_found() -> None:
    assert list(years_in_text('a: {vi: "x"}\nboard.way: {vi: "Mục tiêu 2030", en: "Way"}')) == [(2, 2030)]
    assert list(years_in_text("# since 2025\n<th>Mục tiêu 2030</th>")) == [(2, 2030)]
    assert list(years_in_text('hint: {vi: "Viết 2026 hoặc 2026-Q3."}')) == []
    assert list(years_in_text('hint: {vi: "Viết ngày/tháng/năm, ví dụ 14/12/2026."}')) == []
    assert list(years_in_text('hint: {vi: "Hạn là 14/12/2026."}')) == [(1, 2026)]


def test_the_complaint_says_where_the_year_belongs() -> None:
    assert "plan.yaml" in complaint("chart.py:16", 2030) and "plan.milestones" in complaint("chart.py:16", 2030)
