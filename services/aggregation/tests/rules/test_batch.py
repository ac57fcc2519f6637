"""A batch of events folded; order and duplicates do not matter."""

from itertools import permutations

import pytest

from aggregation.rules.batch import fold
from aggregation.rules.plan import PlanIndex, UnknownWord
from services.aggregation.tests.drivers.event_writer import NOW, EventWriter
from shared.catalogue import Catalogue


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
