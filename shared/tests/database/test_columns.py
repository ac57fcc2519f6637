import pytest

from shared.database.columns import columns


def test_rows_become_one_list_a_column() -> None:
    assert columns(("units", "values"), [("a", 1), ("b", None)]) == {"units": ["a", "b"], "values": [1, None]}


def test_no_rows_are_empty_lists() -> None:
    assert columns(("units", "values"), []) == {"units": [], "values": []}


@pytest.mark.parametrize("rows", [[("a", 1), ("b",)], [("a",)], [("a", 1, 2)]])
def test_a_row_of_another_width_is_refused(rows: list[tuple[object, ...]]) -> None:
    with pytest.raises(ValueError, match="argument"):
        columns(("units", "values"), rows)
