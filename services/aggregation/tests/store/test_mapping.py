"""Rows and records; what a column of JSON holds stays exact."""

import json
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from aggregation.rules.records import ValuePart
from aggregation.rules.revision import ReportedObservation
from aggregation.store import mapping

NUMBERS = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=0, max_value=10**25)


@given(NUMBERS, NUMBERS, NUMBERS, st.none() | st.booleans())
def test_parts_survive_their_json(
    number: Decimal | None, numerator: Decimal | None, denominator: Decimal | None, meets: bool | None
) -> None:
    part = ValuePart("sex", "male", number, numerator, denominator, 1, 2, meets)
    figures = {"value": None, "numerator": None, "denominator": None, "reported": 0, "expected": 0}
    flags = {"provisional": False, "below_floor": False, "above_whole": False, "as_of": None}
    content = json.loads(mapping.parts_json([part]))
    row = SimpleNamespace(**figures, **flags, assessment="not_assessed", parts=content)
    assert mapping.value(row).parts == (part,)
    assert all(isinstance(content[0][name], str | None) for name in ("value", "numerator", "denominator"))


@given(NUMBERS)
def test_observations_survive_their_json(number: Decimal | None) -> None:
    observations = (ReportedObservation("population", "sex=male", number, "final"),)
    text = mapping.observations_json(observations)
    columns = {"number": 1, "state": "received", "version": 1, "submission_id": uuid4(), "illustrative": False}
    row = SimpleNamespace(**columns, was_accepted=False, observations=json.loads(text or ""))
    assert mapping.revision(row).observations == observations
    assert mapping.observations_json(None) is None
