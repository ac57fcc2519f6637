"""What must be computed again after facts have changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from aggregation.rules.fact import Fact, facts
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import AnswerRecord, CellKey, FactKey, FactRow
from aggregation.rules.revision import BASES, Basis, Revision

ElementPlace = tuple[str, str, str]  # unit, period, element


@dataclass
class DirtyCells:
    """Cells to sum again, and (unit, period, element) → the obligations that are the cause."""

    cells: set[CellKey] = field(default_factory=set)
    causes: dict[ElementPlace, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def mark(self, plan: PlanIndex, row: FactRow, causes: Iterable[UUID]) -> None:
        """A changed fact dirties the cells of its unit and of every unit above."""
        key = row.key
        for unit in plan.path(row.unit):
            self.cells.add(CellKey(unit, row.period, key.element, key.disaggregation, key.basis))
            self.causes[(unit, row.period, key.element)].update(causes)

    def by_level(self, plan: PlanIndex) -> list[list[CellKey]]:
        """The cells of each level of the tree, the deepest level first."""
        levels: dict[int, list[CellKey]] = defaultdict(list)
        for key in self.cells:
            levels[len(plan.path(key.unit))].append(key)
        return [levels[depth] for depth in sorted(levels, reverse=True)]


def changed_facts(
    plan: PlanIndex,
    answers: Iterable[AnswerRecord],
    counted: Mapping[UUID, Mapping[Basis, Revision | None]],
    stored: Mapping[FactKey, FactRow],
) -> list[FactRow]:
    """The facts that differ from the stored ones. A field that is no longer answered nor expected becomes empty.

    A unit that does not exist on the cut-off day has no facts: its obligation was opened before the catalogue knew of
    the reorganisation.
    """
    rows: dict[FactKey, FactRow] = {}
    for obligation in (answer.obligation for answer in answers):
        if not plan.stands(obligation.unit, obligation.period):
            continue
        for basis in BASES:
            revision = counted[obligation.obligation_id][basis]
            for (element, part), fact in facts(plan, obligation.form, obligation.unit, revision).items():
                key = FactKey(obligation.obligation_id, element, part, basis)
                rows[key] = FactRow(key, obligation.unit, obligation.period, fact)
    emptied = {key: replace(row, fact=Fact(expected=False)) for key, row in stored.items() if key not in rows}
    return [row for key, row in (rows | emptied).items() if key not in stored or stored[key].fact != row.fact]
