"""What a stored value says of itself."""

from dataclasses import replace
from decimal import Decimal

import pytest

from aggregation.http.presenters import NOTHING
from aggregation.rules.records import Value, ValuePart

ZERO, ONE = Decimal(0), Decimal(1)


@pytest.mark.parametrize(
    ("value", "nothing", "incomplete"),
    [
        (NOTHING, False, False),
        (replace(NOTHING, expected=2), False, False),
        (replace(NOTHING, reported=1, expected=2, numerator=ZERO, denominator=ZERO), True, False),
        (replace(NOTHING, reported=2, expected=2, numerator=ZERO, denominator=ZERO), True, False),
        (replace(NOTHING, reported=1, expected=1), True, False),
        (replace(NOTHING, reported=1, expected=1, numerator=ONE, denominator=ZERO), False, False),
        (replace(NOTHING, reported=1, expected=2, denominator=ONE), False, False),
        (replace(NOTHING, reported=1, expected=2, suppressed=True), False, False),
        (replace(NOTHING, reported=12, expected=28, value=ONE), False, True),
        (replace(NOTHING, reported=28, expected=28, value=ONE), False, False),
        (replace(NOTHING, reported=1, expected=1, value=ZERO, numerator=ZERO, denominator=ONE), False, False),
    ],
)
def test_nothing_occurred_and_incomplete(value: Value, nothing: bool, incomplete: bool) -> None:
    assert (value.nothing_occurred, value.incomplete) == (nothing, incomplete)


def test_a_part_in_which_nothing_occurred() -> None:
    part = ValuePart("sex", "male", None, ZERO, ZERO, 1, 1, None)
    assert part.nothing_occurred and not replace(part, reported=0).nothing_occurred
    assert not replace(part, value=ONE).nothing_occurred
