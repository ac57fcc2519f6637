"""Which numbers an element takes, by its kind."""

from decimal import Decimal

import pytest

from shared.catalogue.element import ElementKind, Misfit, misfit


@pytest.mark.parametrize(
    ("kind", "value", "wrong"),
    [
        ("count", "0", None),
        ("count", "12.000", None),
        ("count", "12.5", "not_whole"),
        ("persons", "0.000001", "not_whole"),
        ("count", "1000000000000", None),
        ("count", "1000000000001", "too_large"),
        ("hours", "16.123456", None),
        ("hours", "16.1234567", "too_many_decimals"),
        ("flag", "1", None),
        ("flag", "0", None),
        ("flag", "2", "not_flag"),
        ("flag", "0.5", "not_flag"),
        ("count", "-1", "negative"),
        ("flag", "-1", "negative"),
        (None, "3.5", None),
        (None, "1e13", "too_large"),
    ],
)
def test_a_number_fits_its_kind(kind: ElementKind | None, value: str, wrong: Misfit | None) -> None:
    assert misfit(kind, Decimal(value)) == wrong
