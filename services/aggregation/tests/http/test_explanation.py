"""What a value is made of, page by page."""

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.http.explanation import evidence_of, withholds
from aggregation.http.query import Scope
from aggregation.http.reading import Reading
from aggregation.rules.disclosure import View
from aggregation.rules.plan import PlanIndex
from aggregation.store.read import Contribution, FigurePosition
from services.aggregation.tests.drivers.history import NEW, some_data
from services.aggregation.tests.drivers.projection import Projection
from shared.access import Person, Role
from shared.catalogue import Catalogue
from shared.disclosure import DisclosurePolicy


def view(plan: PlanIndex, role: Role, unit: str = "DAK_NONG") -> View:
    return View(plan, DisclosurePolicy(plan.catalogue), Person(role, unit, "x"))


def reading(tx: AsyncConnection, plan: PlanIndex) -> Reading:
    return Reading(tx, plan, view(plan, "leader"))


async def test_pages_hold_every_figure_once(projection: Projection, plan: PlanIndex, catalogue: Catalogue) -> None:
    await some_data(projection, catalogue)
    scope, m = Scope("DAK_NONG", "2025", "received"), plan.measures["4.1"]
    async with projection.engine.connect() as tx:
        whole = await evidence_of(reading(tx, plan), m, scope, limit=100)
        paged: list[Contribution] = []
        after: FigurePosition | None = None
        more, sizes = True, []
        while more:
            part = await evidence_of(reading(tx, plan), m, scope, after=after, limit=25)
            paged += part.contributions
            sizes.append(len(part.contributions))
            after, more = part.contributions[-1].position, part.more
        unit = await evidence_of(reading(tx, plan), m, Scope(NEW, "2024", "received"), limit=5)
    assert paged == list(whole.contributions) and sizes == [25, 25, 4] and not whole.more
    assert whole.value.reported == 27 and not whole.hidden and len(whole.cells) == 2
    assert (unit.contributions, unit.more) == ([], False), "the commune did not exist then"


async def test_what_is_secret_of_a_commune_is_hidden(
    projection: Projection, plan: PlanIndex, catalogue: Catalogue
) -> None:
    await some_data(projection, catalogue)
    commune = next(u.key for u in catalogue.units.values() if u.key.endswith("@2025-07-01") and u.key != NEW)
    m, scope = plan.measures["4.3"], Scope(commune, "2025", "received")
    async with projection.engine.connect() as tx:
        found = await evidence_of(reading(tx, plan), m, scope, limit=10)
    assert found.value.suppressed and {key.element for key in found.hidden} == {"n_adolescent_births.4.3"}
    births = next(one for one in found.contributions if one.element.startswith("n_adolescent_births"))
    assert withholds(view(plan, "leader"), births, found.value)
    assert not withholds(view(plan, "auditor"), births, found.value)
    assert not withholds(view(plan, "reporter", commune), births, found.value)
