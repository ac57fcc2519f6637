"""A batch of events folded; order and duplicates do not matter."""

import json
from itertools import permutations

from aggregation.rules.plan import PlanIndex
from aggregation.rules.reported.batch import contradicting, fold
from aggregation.rules.reported.gist import gist_of
from services.aggregation.tests.drivers.event_writer import NOW, EventWriter
from shared.catalogue import Catalogue


def test_any_order_says_the_same_about_revisions(plan: PlanIndex, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    received = writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    accepted = writer.decide(o, "accepted")
    for events in permutations([opened, received, accepted, received]):
        batch = fold([gist_of(plan, event) for event in events])
        (revision,) = batch.revisions[o.id].values()
        assert (revision.state, revision.was_accepted, len(json.loads(revision.content or ""))) == ("accepted", True, 2)
        assert batch.obligations[o.id].due_at == NOW
        assert batch.touched == {o.id: [0, 1, 2, 3]} and batch.event_ids == [event.id for event in events]


def test_what_is_not_the_content_that_is_kept_contradicts(plan: PlanIndex, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    first, second = (writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": n}) for n in (4, 5))
    gists = [gist_of(plan, event) for event in (opened, first, second, writer.decide(o, "accepted"), first)]
    same = "0" * 64
    assert contradicting(gists, {(o.id, 1): same, (o.id, 2): same}) == []
    assert contradicting(gists, {(o.id, 1): "1" * 64, (o.id, 2): same}) == [1, 4]
    assert contradicting(gists, {(o.id, 1): None, (o.id, 2): "1" * 64}) == [2]
