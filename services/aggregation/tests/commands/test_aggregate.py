"""From events to values, on a real PostgreSQL."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from aggregation.rules.plan import UnknownWord
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue
from shared.events import Event


async def test_a_submission_reaches_the_province(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026", ["B01-XA"]))
    value = await projection.value("4.1", "2026")
    assert (value.value, value.reported, value.expected, value.assessment) == (None, 0, 28, "not_assessed")

    await projection.deliver([writer.submit(writer.obligations[0], commune_answer())])
    value = await projection.value("4.1", "2026")
    assert (value.value, value.numerator, value.denominator) == (Decimal(120), Decimal(60), Decimal(50))
    assert (value.reported, value.expected) == (1, 28)
    assert (await projection.value("4.1", "2026", "accepted")).value is None

    await projection.deliver([writer.decide(writer.obligations[0], "accepted")])
    assert (await projection.value("4.1", "2026", "accepted")).value == 120


async def test_events_in_reverse_and_twice(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", "24736@2025-07-01", "2026")
    events = [opened, writer.submit(o, commune_answer(population=1000)), writer.decide(o, "returned")]
    events += [writer.submit(o, commune_answer()), writer.decide(o, "accepted")]
    for event in [*reversed(events), *events]:
        await projection.deliver([event])
    for basis in ("received", "accepted"):
        assert (await projection.value("6.1", "2026", basis)).value == 40
    async with projection.engine.connect() as tx:
        assert (await tx.execute(sa.text("select count(*) from obligation"))).scalar_one() == 1


async def test_returned_leaves_the_totals_and_the_superseded_revision_stays_out(
    projection: Projection, catalogue: Catalogue
) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", "24736@2025-07-01", "2026")
    first = [opened, writer.submit(o, commune_answer()), writer.decide(o, "accepted")]
    second = [writer.submit(o, commune_answer(population=200)), writer.decide(o, "returned")]
    await projection.deliver(first + second)
    received, accepted = await projection.value("6.1", "2026"), await projection.value("6.1", "2026", "accepted")
    assert (received.value, received.reported, received.expected) == (None, 0, 1)
    assert (accepted.value, accepted.reported) == (40, 1)


async def test_a_correction_accepted_and_returned_leaves_nothing_accepted(
    projection: Projection, catalogue: Catalogue
) -> None:
    """Over several batches and in reverse: the store keeps that a revision was accepted once."""
    writer = EventWriter(catalogue)
    for backwards in (False, True):
        o, opened = writer.open("B01-XA", "24736@2025-07-01", "2027" if backwards else "2026")
        events = [opened, writer.submit(o, commune_answer()), writer.decide(o, "accepted")]
        events += [writer.submit(o, commune_answer(population=200)), writer.decide(o, "accepted")]
        events += [writer.decide(o, "returned")]
        for event in reversed(events) if backwards else events:
            await projection.deliver([event])
        for basis in ("received", "accepted"):
            value = await projection.value("6.1", o.period, basis)
            assert (value.value, value.reported, value.expected) == (None, 0, 1), (basis, backwards)


async def test_an_old_commune_counts_in_its_district_too(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2024", ["B01-XA"]))
    unit = "24736@2021-01-01"
    await projection.deliver([writer.submit(writer.find("B01-XA", unit, "2024"), commune_answer())])
    district = await projection.value("6.1", "2024", unit="667@2021-01-01")
    assert (district.value, district.reported, district.expected) == (40, 1, 6)
    assert (await projection.value("6.1", "2024")).expected == 71


async def test_an_estimate_is_counted_and_marked(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", "24736@2025-07-01", "2026")
    await projection.deliver([opened, writer.submit(o, commune_answer(n_people_reached=(50, "estimate")))])
    reached = await projection.value("6.1", "2026")
    assert (reached.value, reached.provisional) == (50, True)
    assert (await projection.value("4.1", "2026")).provisional is False


async def test_one_event_per_place_with_both_bases_and_its_causes(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    received = writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    await projection.deliver([opened, received, writer.decide(o, "accepted")])
    (event,) = await projection.published()
    data = event["data"]
    assert event["subject"] == "5.3|DAK_NONG|2026"
    assert (data["measure"], data["indicator"], data["unit"], data["period"]) == ("5.3", "5.3", "DAK_NONG", "2026")
    assert {b: v["value"] for b, v in data["values"].items()} == {"received": "40", "accepted": "40"}
    assert data["causes"][0] == opened.id and data["causes"][1] == received.id and len(data["causes"]) == 3

    await projection.deliver([received])
    assert len(await projection.published()) == 1, "nothing changed, nothing told"


async def test_history_only_on_change(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    event = writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    for batch in ([opened], [event], [event], [writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})]):
        await projection.deliver(batch)
    async with projection.engine.connect() as tx:
        query = "select count(*) from indicator_history where unit = 'DAK_NONG' and basis = 'received'"
        assert (await tx.execute(sa.text(query))).scalar_one() == 2


@pytest.mark.parametrize("wrong", [{"form": "B99"}, {"unit": "X"}])
async def test_what_the_catalogue_does_not_know_is_refused(
    projection: Projection, catalogue: Catalogue, wrong: dict[str, str]
) -> None:
    _, opened = EventWriter(catalogue).open("B12-NGHE", "SO_GDDT", "2026")
    event: Event = opened.model_copy(update={"data": opened.data.model_copy(update=wrong)})
    with pytest.raises(UnknownWord):
        await projection.deliver([event])
