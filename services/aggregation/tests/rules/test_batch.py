"""A batch of events folded; order and duplicates do not matter."""

from decimal import Decimal
from itertools import permutations

import pytest

from aggregation.rules.batch import ImpossibleFigure, fold
from aggregation.rules.plan import PlanIndex, UnknownWord
from services.aggregation.tests.drivers.event_writer import NOW, EventWriter
from shared.catalogue import Catalogue
from shared.events import ObservationValue, Status


def test_any_order_says_the_same_about_revisions(plan: PlanIndex, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    received = writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    accepted = writer.decide(o, "accepted")
    for events in permutations([opened, received, accepted, received]):
        batch = fold(plan, events)
        (revision,) = batch.revisions[o.id].values()
        assert (revision.state, revision.was_accepted, len(revision.observations or ())) == ("accepted", True, 2)
        assert batch.obligations[o.id].due_at == NOW
        assert batch.touched == {o.id: [0, 1, 2, 3]} and batch.event_ids == [event.id for event in events]


@pytest.mark.parametrize("wrong", [{"form": "B99"}, {"unit": "X"}])
def test_what_the_catalogue_does_not_have_is_refused(
    plan: PlanIndex, catalogue: Catalogue, wrong: dict[str, str]
) -> None:
    _, opened = EventWriter(catalogue).open("B12-NGHE", "SO_GDDT", "2026")
    with pytest.raises(UnknownWord):
        fold(plan, [opened.model_copy(update={"data": opened.data.model_copy(update=wrong)})])


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
        fold(plan, [received.model_copy(update={"data": forged})])
