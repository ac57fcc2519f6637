"""What stands in the JSON of an indicator value stays exact."""

import json
from decimal import Decimal
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from aggregation.rules.records import ValuePart
from aggregation.store import indicator_values

NUMBERS = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=0, max_value=10**25)


@given(NUMBERS, NUMBERS, NUMBERS, st.none() | st.booleans())
def test_parts_survive_their_json(
    number: Decimal | None, numerator: Decimal | None, denominator: Decimal | None, meets: bool | None
) -> None:
    part = ValuePart("sex", "male", number, numerator, denominator, 1, 2, meets)
    figures = {"value": None, "numerator": None, "denominator": None, "reported": 0, "expected": 0}
    flags = {"provisional": False, "below_floor": False, "above_whole": False, "needs_check": False, "as_of": None}
    content = json.loads(indicator_values.parts_json([part]))
    row = SimpleNamespace(**figures, **flags, assessment="not_assessed", parts=content)
    assert indicator_values.to_value(row).parts == (part,)
    assert all(isinstance(content[0][name], str | None) for name in ("value", "numerator", "denominator"))
