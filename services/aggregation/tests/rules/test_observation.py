"""What stands in the JSON of a revision stays exact."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aggregation.rules.observation import ReportedObservation, read, written
from shared.events import ObservationValue

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=0, max_value=10**12)


@given(st.none() | NUMBERS, st.booleans())
def test_observations_survive_their_json(number: Decimal | None, implausible: bool) -> None:
    sent = ObservationValue("population", number, {"sex": "male"}, "final", implausible)
    (kept,) = read(json.loads(written([sent])))
    assert kept == ReportedObservation("population", "sex=male", number, "final", implausible)
    assert str(kept.value) == str(number)


def test_a_mark_stands_only_where_there_is_one() -> None:
    plain = ObservationValue("population", Decimal(12))
    assert json.loads(written([plain])) == [
        {"element": "population", "disaggregation": "", "value": "12", "status": "final"}
    ]
