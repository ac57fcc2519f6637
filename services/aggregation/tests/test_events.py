"""The events that the service publishes."""

from uuid import uuid4

from aggregation.events import MAX_CAUSES, indicators_aggregated
from aggregation.rules.dirty import DirtyCells
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.rules.reported.batch import BatchChanges
from services.aggregation.tests.drivers.event_writer import NOW, EventWriter
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue
from shared.events import IndicatorAggregated


async def test_districts_have_values_but_no_events(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2024"))
    assert (await projection.value("6.1", "2024", unit="667@2021-01-01")).expected == 6
    assert {e["data"]["unit"] for e in await projection.published()} == {"DAK_NONG"}


def test_an_event_names_the_latest_causes(plan: PlanIndex) -> None:
    obligation = uuid4()
    key = ValueKey("5.3", plan.root, "2026", "received")
    value = Value(None, None, None, 0, 1, "not_assessed")
    ids = [str(uuid4()) for _ in range(MAX_CAUSES + 2)]
    batch = BatchChanges(event_ids=ids, touched={obligation: list(range(len(ids)))})
    dirty = DirtyCells(causes={(plan.root, "2026", "n_vet_new_total.5.3"): {obligation}})
    values = {key: value, key._replace(basis="accepted"): value}
    (caused,) = indicators_aggregated(plan, values, dirty, batch, NOW)
    data = caused.event.data
    assert isinstance(data, IndicatorAggregated)
    assert [str(cause) for cause in data.causes] == ids[2:] and caused.cause == len(ids) - 1
    assert (caused.event.source, caused.event.subject) == ("/aggregation", "5.3|DAK_NONG|2026")
    (without,) = indicators_aggregated(plan, values, DirtyCells(), BatchChanges(), NOW)
    assert without.cause is None and isinstance(without.event.data, IndicatorAggregated)


def test_a_district_has_no_event(plan: PlanIndex) -> None:
    value = Value(None, None, None, 0, 1, "not_assessed")
    key = ValueKey("5.3", "667@2021-01-01", "2024", "received")
    assert indicators_aggregated(plan, {key: value}, DirtyCells(), BatchChanges(), NOW) == []
