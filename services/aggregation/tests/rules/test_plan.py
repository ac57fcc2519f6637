"""The catalogue as the rules need it."""

from aggregation.rules.plan import PlanIndex


async def test_the_plan_reads_the_whole_catalogue(plan: PlanIndex) -> None:
    for form in plan.catalogue.forms:
        assert plan.layout(form).fields
    for unit in plan.catalogue.units:
        assert plan.path(unit)[-1] in (plan.root, unit)
