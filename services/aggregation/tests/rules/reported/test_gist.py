"""What aggregation takes from an event, and what it refuses."""

from decimal import Decimal

import pytest

from aggregation.rules.plan import PlanIndex, UnknownWord
from aggregation.rules.reported.gist import ImpossibleFigure, gist_of
from services.aggregation.tests.drivers.event_writer import EventWriter
from shared.catalogue import Catalogue
from shared.events import ObservationValue, Status


@pytest.mark.parametrize("wrong", [{"form": "B99"}, {"unit": "X"}])
def test_what_the_catalogue_does_not_have_is_refused(
    plan: PlanIndex, catalogue: Catalogue, wrong: dict[str, str]
) -> None:
    _, opened = EventWriter(catalogue).open("B12-NGHE", "SO_GDDT", "2026")
    with pytest.raises(UnknownWord):
        gist_of(plan, opened.model_copy(update={"data": opened.data.model_copy(update=wrong)}))


@pytest.mark.parametrize(
    ("element", "value", "status"),
    [
        ("population", "12.5", "final"),
        ("n_live_births_male", "0.1", "estimate"),
        ("population", None, "final"),
        ("population", "3", "missing"),
        ("population", "0", "not_applicable"),
    ],
)
def test_a_figure_that_no_intake_takes_is_refused(
    plan: PlanIndex, catalogue: Catalogue, element: str, value: str | None, status: Status
) -> None:
    writer = EventWriter(catalogue)
    o, _ = writer.open("B01-XA", "24730@2025-07-01", "2026")
    received = writer.submit(o, {"population": 100})
    observation = ObservationValue(measure=element, value=None if value is None else Decimal(value), status=status)
    forged = received.data.model_copy(update={"observations": [observation]})
    with pytest.raises(ImpossibleFigure, match=element):
        gist_of(plan, received.model_copy(update={"data": forged}))
