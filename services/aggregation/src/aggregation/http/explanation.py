"""What a value is made of: its sums, and page by page the figures behind them. One way for the API and the pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from aggregation.http.context import AggregationContext
from aggregation.http.presenters import NOTHING
from aggregation.http.query import Scope
from aggregation.http.reading import Reading
from aggregation.rules.disclosure import View
from aggregation.rules.formula import CellSum, element_of, elements
from aggregation.rules.records import CellKey, Value, ValueKey
from aggregation.store import indicator_values, read
from aggregation.store.read import Contribution
from shared.access import Person, may_access
from shared.calendar import Period
from shared.catalogue import Measure
from shared.catalogue.measure_kind import needs_of


@dataclass(frozen=True)
class Evidence:
    """As a reader may see it. `hidden`: the cells whose sum is withheld. `more`: further figures stand behind it."""

    value: Value
    cells: Mapping[CellKey, CellSum]
    hidden: frozenset[CellKey]
    contributions: Sequence[Contribution]
    more: bool


async def evidence_of(
    reading: Reading, m: Measure, scope: Scope, *, after: read.FigurePosition | None = None, limit: int
) -> Evidence:
    """`contributions` still hold every number: who shows one asks `withholds` first."""
    tx, plan, view = reading.tx, reading.plan, reading.view
    units = [key for key in plan.catalogue.units if scope.unit in plan.path(key)]
    quarterly = needs_of(m.kind).quarters
    periods = [str(q) for q in Period.parse(scope.period).quarters] if quarterly else [scope.period]
    cells = await indicator_values.cells_of(
        tx, unit=scope.unit, period=scope.period, basis=scope.basis, elements=elements(m)
    )
    rows = await read.contributions(
        tx,
        units=units,
        periods=periods,
        basis=scope.basis,
        elements=m.elements if quarterly else elements(m),
        after=after,
        limit=limit + 1,
    )
    values = await reading.values(scope)
    value = values.get(ValueKey(m.code, scope.unit, scope.period, scope.basis), NOTHING)
    shown = view.cells(m, scope.unit, cells, value)
    hidden = frozenset(key for key, c in shown.items() if c.value is None and cells[key].value is not None)
    return Evidence(value, dict(sorted(shown.items())), hidden, rows[:limit], len(rows) > limit)


def withholds(view: View, row: Contribution, value: Value) -> bool:
    """Whether this reader may not see the number of the figure, which stands behind `value`."""
    return row.value is not None and not view.may_read(row.unit, element_of(row.element), value)


def may_open_receipt(context: AggregationContext, person: Person, unit: str) -> bool:
    """Whether submissions shows this reader a receipt of the unit: also who answers for a unit that ended."""
    catalogue = context.plan.catalogue

    def inherited() -> Collection[str]:
        return catalogue.inherited(person.unit, context.clock.today()) if person.unit in catalogue.units else ()

    return may_access(person, unit, inherited)
