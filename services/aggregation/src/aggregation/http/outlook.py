"""What can still become of the measures that are counted in quarters, from the counts that have come in."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.http.query import Scope
from aggregation.rules.every_quarter import JudgedUnit, Outlook, outlook, parts, units_judged
from aggregation.rules.plan import PlanIndex
from aggregation.store import batch_steps
from shared.calendar import Period


async def outlooks(tx: AsyncConnection, plan: PlanIndex, scope: Scope) -> Mapping[str, Outlook]:
    """Measure → its outlook in the scope; of a measure that nobody there owes there is none.

    Read when it is asked for, not stored: it follows from facts that are there (docs/decisions/0016).
    """
    seen: dict[str, Outlook] = {}
    for element, measure in plan.quarterly.items():
        units = units_judged(plan, measure, scope.unit, scope.period)
        decided_by = {unit: parts(plan.catalogue, JudgedUnit(unit, scope.period)) for unit in units}
        places = {(part.unit, part.period, element) for of_unit in decided_by.values() for part in of_unit}
        if not places:
            continue
        counts = await batch_steps.quarter_counts(tx, places)
        seen[measure.code] = outlook(
            measure,
            measure.target_for(Period.parse(scope.period).year),
            {
                unit: [counts.get((part.unit, part.period, element, scope.basis)) for part in of_unit]
                for unit, of_unit in decided_by.items()
            },
        )
    return seen
