"""What the templates of all pages of "Tiến độ" ask for: names, figures as they are read, and addresses."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aggregation.http.context import AggregationContext
from aggregation.http.presenters import amount, bound
from aggregation.http.query import Scope
from aggregation.rules.assessment import results
from aggregation.rules.formula import strategy
from aggregation.rules.formula.precision import Figures
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value
from shared.access import Person, sees_all_units
from shared.calendar import Period
from shared.catalogue import Measure
from shared.text import Language
from shared.text.names import name_of, period_name

Names = tuple[list[str], list[str]]


class PageWords:
    """One per page: the reader's language and what is looked at. `names` is what the templates get."""

    def __init__(self, context: AggregationContext, scope: Scope, spoken: Language, person: Person) -> None:
        self._context = context
        self._plan = context.plan
        self._scope = scope
        self._spoken = spoken
        self._person = person

    def names(self) -> dict[str, Any]:
        return {
            "scope": self._scope,
            "owes": self._plan.owes,
            "plan_forms": self._plan.catalogue.forms,
            "bound": bound,
            "strategy": strategy,
            "amount": self.amount,
            "is_one": self.is_one,
            "why": self.why,
            "category_name": self.category,
            "period_words": self.period,
            "scoped": self.scoped,
            "missing_url": self.missing_url,
        }

    def amount(self, m: Measure, figures: Figures, period: str) -> str:
        return amount(m, figures, period, self._spoken)

    def is_one(self, text: str) -> bool:
        """Whether English puts the unit behind this number in the singular."""
        return text == "1"

    def why(self, m: Measure, value: Value, period: str) -> Names:
        """The names of the figures that meet the target and of those that do not; "" is the total."""
        judged = results(m, value, m.target_for(Period.parse(period).year))
        met: list[str] = []
        missed: list[str] = []
        for one in judged:
            total = one.dimension is None or one.category is None
            name = "" if total else self.category(str(one.dimension), str(one.category))
            (met if one.meets else missed).append(name)
        return met, missed

    def category(self, dimension: str, category: str) -> str:
        return category_name(self._plan, dimension, category, self._spoken)

    def period(self, period: str) -> str:
        """ "quý III năm 2026", "năm 2026"."""
        return period_name(period, "long").in_(self._spoken)

    def scoped(self, path: str, **changed: str) -> str:
        """An address of this service for what is looked at now, with what differs."""
        query = {"period": self._scope.period, "basis": self._scope.basis}
        if self._scope.unit != self._plan.root:
            query["unit"] = self._scope.unit
        return f"{path}?{urlencode({**query, **changed})}"

    def missing_url(self, m: Measure, value: Value) -> str | None:
        """The path in submissions that lists who owes the measure's figures: those still to come, once some are.

        None for a reader who sees one unit only, for a year made of quarters, and for an area that is not the whole:
        the list there cannot be narrowed so.
        """
        quarterly = bool({m.code} & {one.code for one in self._plan.quarterly.values()})
        whole = Period.parse(self._scope.period).quarter is None
        inner = self._scope.unit != self._plan.root and self._scope.unit in self._plan.with_children
        if not value.expected or (quarterly and whole) or inner or not sees_all_units(self._person):
            return None
        query = {"period": self._scope.period}
        if len(forms := self._forms(m)) == 1:
            query["form"] = forms[0]
        if self._scope.unit != self._plan.root:
            query["unit"] = self._scope.unit
        if self._scope.basis == "received" and value.reported < value.expected:
            query["state"] = "pending"
        return f"/obligations?{urlencode(query)}"

    def _forms(self, m: Measure) -> Sequence[str]:
        catalogue = self._plan.catalogue
        owed = {one.form for one in catalogue.forms_owed(Period.parse(self._scope.period))}
        return sorted(form for form in owed if set(m.elements) & set(catalogue.forms[form].elements))


def category_name(plan: PlanIndex, dimension: str, category: str, spoken: Language) -> str:
    for one in plan.catalogue.dimensions[dimension].categories:
        if one.id == category:
            return name_of(one, spoken)
    return category
