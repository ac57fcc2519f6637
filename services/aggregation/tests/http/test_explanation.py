"""What a value is made of, page by page."""

from aggregation.http.explanation import evidence_of, withholds
from aggregation.http.query import Scope
from aggregation.rules.plan import PlanIndex
from aggregation.store.read import Contribution, FigurePosition
from services.aggregation.tests.drivers.history import NEW, some_data
from services.aggregation.tests.drivers.projection import Projection
from shared.access import Person
from shared.catalogue import Catalogue


async def test_pages_hold_every_figure_once(projection: Projection, plan: PlanIndex, catalogue: Catalogue) -> None:
    await some_data(projection, catalogue)
    scope, m = Scope("DAK_NONG", "2025", "received"), plan.measures["4.1"]
    async with projection.engine.connect() as tx:
        whole = await evidence_of(tx, plan, m, scope, limit=100)
        paged: list[Contribution] = []
        after: FigurePosition | None = None
        more, sizes = True, []
        while more:
            part = await evidence_of(tx, plan, m, scope, after=after, limit=25)
            paged += part.contributions
            sizes.append(len(part.contributions))
            after, more = part.contributions[-1].position, part.more
        unit = await evidence_of(tx, plan, m, Scope(NEW, "2024", "received"), limit=5)
    assert paged == list(whole.contributions) and sizes == [25, 25, 4] and not whole.more
    assert whole.value.reported == 27 and not whole.hidden and len(whole.cells) == 2
    assert (unit.contributions, unit.more) == ([], False), "the commune did not exist then"


async def test_a_small_count_hides_every_sum(projection: Projection, plan: PlanIndex, catalogue: Catalogue) -> None:
    await some_data(projection, catalogue)
    commune = next(u.key for u in catalogue.units.values() if u.key.endswith("@2025-07-01") and u.key != NEW)
    async with projection.engine.connect() as tx:
        found = await evidence_of(tx, plan, plan.measures["4.3"], Scope(commune, "2025", "received"), limit=10)
    assert found.value.suppressed and found.hidden == set(found.cells)
    births = next(one for one in found.contributions if one.element.startswith("n_adolescent_births"))
    assert withholds(plan, Person("leader", "DAK_NONG", "x"), births)
    assert not withholds(plan, Person("auditor", "DAK_NONG", "x"), births)
    assert not withholds(plan, Person("reporter", commune, "x"), births)
