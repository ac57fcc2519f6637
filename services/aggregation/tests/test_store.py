"""The whole way from events to values on a real PostgreSQL."""

from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import UnknownWord
from aggregation.store import write
from services.aggregation.tests.conftest import Bench, Desk
from shared.catalogue import Catalogue
from shared.events import Event

BIRTHS = {"n_live_births_male": 60, "n_live_births_female": 50}


def commune_answer(**changed: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "female_key_leader": 1,
        **BIRTHS,
        "n_adolescent_births": 2,
        "n_adolescent_women": 100,
        "n_people_reached": 40,
        "population": 100,
        "n_orgs_informed_committed": 5,
        "n_orgs_total": 5,
    }
    return plain | changed


async def test_a_submission_reaches_the_province(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    await bench.deliver(desk.open_period("2026", ["B01-XA"]))
    value = await bench.value("4.1", "2026")
    assert (value.value, value.reported, value.expected, value.assessment) == (None, 0, 28, "not_assessed")

    await bench.deliver([desk.submit(desk.obligations[0], commune_answer())])
    value = await bench.value("4.1", "2026")
    assert (value.value, value.numerator, value.denominator) == (Decimal(120), Decimal(60), Decimal(50))
    assert (value.reported, value.expected) == (1, 28)
    assert (await bench.value("4.1", "2026", "accepted")).value is None

    await bench.deliver([desk.decide(desk.obligations[0], "accepted")])
    assert (await bench.value("4.1", "2026", "accepted")).value == 120


async def test_events_in_reverse_and_twice(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    o, opened = desk.open("B01-XA", "24736@2025-07-01", "2026")
    events = [opened, desk.submit(o, commune_answer(population=1000)), desk.decide(o, "returned")]
    events += [desk.submit(o, commune_answer()), desk.decide(o, "accepted")]
    for event in [*reversed(events), *events]:
        await bench.deliver([event])
    for basis in ("received", "accepted"):
        assert (await bench.value("6.1", "2026", basis)).value == 40
    async with bench.engine.connect() as tx:
        assert (await tx.execute(sa.text("select count(*) from obligation"))).scalar_one() == 1


async def test_returned_leaves_the_totals_and_the_superseded_revision_stays_out(
    bench: Bench, catalogue: Catalogue
) -> None:
    desk = Desk(catalogue)
    o, opened = desk.open("B01-XA", "24736@2025-07-01", "2026")
    first = [opened, desk.submit(o, commune_answer()), desk.decide(o, "accepted")]
    second = [desk.submit(o, commune_answer(population=200)), desk.decide(o, "returned")]
    await bench.deliver(first + second)
    received, accepted = await bench.value("6.1", "2026"), await bench.value("6.1", "2026", "accepted")
    assert (received.value, received.reported, received.expected) == (None, 0, 1)
    assert (accepted.value, accepted.reported) == (40, 1)


async def test_a_correction_accepted_and_returned_leaves_nothing_accepted(bench: Bench, catalogue: Catalogue) -> None:
    """Over several batches and in reverse: the store keeps that a revision was accepted once."""
    desk = Desk(catalogue)
    for backwards in (False, True):
        o, opened = desk.open("B01-XA", "24736@2025-07-01", "2027" if backwards else "2026")
        events = [opened, desk.submit(o, commune_answer()), desk.decide(o, "accepted")]
        events += [desk.submit(o, commune_answer(population=200)), desk.decide(o, "accepted")]
        events += [desk.decide(o, "returned")]
        for event in reversed(events) if backwards else events:
            await bench.deliver([event])
        for basis in ("received", "accepted"):
            value = await bench.value("6.1", o.period, basis)
            assert (value.value, value.reported, value.expected) == (None, 0, 1), (basis, backwards)


async def test_an_old_commune_counts_in_its_district_too(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    await bench.deliver(desk.open_period("2024", ["B01-XA"]))
    unit = "24736@2021-01-01"
    await bench.deliver([desk.submit(desk.find("B01-XA", unit, "2024"), commune_answer())])
    district = await bench.value("6.1", "2024", unit="667@2021-01-01")
    assert (district.value, district.reported, district.expected) == (40, 1, 6)
    assert (await bench.value("6.1", "2024")).expected == 71


async def test_an_estimate_is_counted_and_marked(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    o, opened = desk.open("B01-XA", "24736@2025-07-01", "2026")
    await bench.deliver([opened, desk.submit(o, commune_answer(n_people_reached=(50, "estimate")))])
    reached = await bench.value("6.1", "2026")
    assert (reached.value, reached.provisional) == (50, True)
    assert (await bench.value("4.1", "2026")).provisional is False


async def test_one_event_per_place_with_both_bases_and_its_causes(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    o, opened = desk.open("B12-NGHE", "SO_GDDT", "2026")
    received = desk.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    await bench.deliver([opened, received, desk.decide(o, "accepted")])
    (event,) = await bench.published()
    data = event["data"]
    assert event["subject"] == "5.3|DAK_NONG|2026"
    assert (data["measure"], data["indicator"], data["unit"], data["period"]) == ("5.3", "5.3", "DAK_NONG", "2026")
    assert {b: v["value"] for b, v in data["values"].items()} == {"received": "40", "accepted": "40"}
    assert data["causes"][0] == opened.id and data["causes"][1] == received.id and len(data["causes"]) == 3

    await bench.deliver([received])
    assert len(await bench.published()) == 1, "nothing changed, nothing told"


async def test_history_only_on_change(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    o, opened = desk.open("B12-NGHE", "SO_GDDT", "2026")
    event = desk.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    for batch in ([opened], [event], [event], [desk.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})]):
        await bench.deliver(batch)
    async with bench.engine.connect() as tx:
        query = "select count(*) from indicator_history where unit = 'DAK_NONG' and basis = 'received'"
        assert (await tx.execute(sa.text(query))).scalar_one() == 2


async def test_statements_do_not_grow_with_events(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    await bench.deliver(desk.open_period("2024"))
    communes = [o for o in desk.obligations if o.form == "B01-XA"]
    await bench.deliver([desk.submit(communes[0], commune_answer())])
    alone = len(bench.statements)
    await bench.deliver([desk.submit(o, commune_answer()) for o in communes for _ in range(5)])
    assert len(bench.statements) == alone <= 16, bench.statements


async def test_statements_of_a_quarter_batch(bench: Bench, catalogue: Catalogue) -> None:
    desk = Desk(catalogue)
    await bench.deliver(desk.open_period("2025-Q1"))
    await bench.deliver([desk.submit(desk.obligations[0], {"n_items_in_quarter": 4})])
    alone = len(bench.statements)
    await bench.deliver([desk.submit(o, {"n_items_in_quarter": 5}) for o in desk.obligations[1:]])
    assert len(bench.statements) == alone <= 19, bench.statements


async def test_only_the_revisions_that_can_count_are_read(
    bench: Bench, engine: AsyncEngine, catalogue: Catalogue
) -> None:
    desk = Desk(catalogue)
    o, opened = desk.open("B01-XA", "24736@2025-07-01", "2026")
    events = [opened, *(desk.submit(o, commune_answer(population=n)) for n in range(100, 110))]
    await bench.deliver([*events, desk.decide(o, "accepted", 3), desk.decide(o, "accepted", 5)])
    async with engine.connect() as tx:
        (answer,) = await write.answers(tx, [o.id])
    assert sorted(r.number for r in answer.revisions) == [5, 10]


@pytest.mark.parametrize("wrong", [{"form": "B99"}, {"unit": "X"}])
async def test_what_the_catalogue_does_not_know_is_refused(
    bench: Bench, catalogue: Catalogue, wrong: dict[str, str]
) -> None:
    _, opened = Desk(catalogue).open("B12-NGHE", "SO_GDDT", "2026")
    event: Event = opened.model_copy(update={"data": opened.data.model_copy(update=wrong)})
    with pytest.raises(UnknownWord):
        await bench.deliver([event])


async def test_the_migration_makes_the_declared_tables(bench: Bench) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from aggregation.store.tables import metadata

    def differences(connection: sa.Connection) -> list[object]:
        known = set(metadata.tables)
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in known}
        )
        return list(compare_metadata(context, metadata))

    async with bench.engine.connect() as tx:
        assert [d for d in await tx.run_sync(differences) if "comment" not in str(d)[:40]] == []
