"""The order in which figures in doubt are told."""

from uuid import UUID

import httpx
from hypothesis import given
from hypothesis import strategies as st

from aggregation.pages.doubts import in_order
from aggregation.rules.disclosure import is_sensitive
from aggregation.rules.formula import element_of
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from aggregation.store.read import DoubtedFigure
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.catalogue import Catalogue
from shared.text.names import alphabetical


@given(data=st.data())
def test_the_sizes_of_sensitive_figures_leave_no_trace(plan: PlanIndex, data: st.DataObject) -> None:
    """However the sizes of the figures order them: the sensitive ones stand alike, the others stay by size."""
    units = st.sampled_from(sorted(plan.catalogue.units))
    names = st.sampled_from(sorted(plan.catalogue.elements))
    figures = st.builds(DoubtedFigure, units, names, st.one_of(st.none(), st.builds(UUID, int=st.integers(0, 99))))
    found = data.draw(st.lists(figures, max_size=12, unique=True))
    by_size = data.draw(st.permutations(found))

    def sensitive(figures: list[DoubtedFigure]) -> list[DoubtedFigure]:
        return [one for one in figures if is_sensitive(plan, element_of(one.element))]

    shown, other = in_order(plan, by_size), in_order(plan, found)
    assert sorted(map(repr, shown)) == sorted(map(repr, found))
    assert sensitive(shown) == sensitive(other)
    assert [one for one in shown if one not in sensitive(shown)] == [
        one for one in by_size if one not in sensitive(by_size)
    ]


async def test_the_largest_sensitive_count_is_not_told_by_its_place(
    projection: Projection, catalogue: Catalogue, web: httpx.AsyncClient, settings: AggregationSettings
) -> None:
    """To the coordinator, who is shown whose figures are in doubt."""
    writer, headers = EventWriter(catalogue), reading_as(settings, "coordinator")
    await projection.deliver(writer.open_period("2025", ["B01-XA"]))
    chosen = writer.obligations[:5]
    for sizes in ((900, 700, 800, 600, 500), (500, 600, 800, 700, 900)):
        answers = zip(chosen, sizes, strict=True)
        await projection.deliver(
            [
                writer.submit(o, commune_answer(n_adolescent_births=size), implausible=["n_adolescent_births"])
                for o, size in answers
            ]
        )
        page = (await web.get("/indicators/4.3?period=2025", headers=headers)).text
        told = [part.split(": ")[0] for part in page.split("/submissions/")[1:6]]
        names = [part.split('">')[1] for part in told]
        assert names == sorted((catalogue.units[o.unit].name_vi for o in chosen), key=alphabetical)
