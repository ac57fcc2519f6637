"""Values as a person may read them: live, as they were published, or without numbers. For the API and the pages."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.http.context import AggregationContext
from aggregation.http.query import Scope
from aggregation.rules.disclosure import View, secrecy
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.rules.revision import Basis
from aggregation.store import indicator_values, publications
from shared.access import Person
from shared.catalogue import Measure
from shared.security_log import security_event


@dataclass(frozen=True)
class Reading:
    """What one person reads in one request. A look at secret numbers is logged."""

    tx: AsyncConnection
    plan: PlanIndex
    view: View

    async def values(self, scope: Scope, as_of: datetime | None = None) -> dict[ValueKey, Value]:
        """All measures of the scope, as they stand or stood then."""
        unit, basis, periods = scope.unit, scope.basis, [scope.period]
        if as_of is None and self._reads_published(unit):
            return self._shown(*await publications.beside_values(self.tx, unit=unit, basis=basis, periods=periods))
        live = await indicator_values.values_of(self.tx, unit=unit, basis=basis, periods=periods, as_of=as_of)
        return self._shown(live, await self._published(unit, basis, periods, as_of))

    async def series(self, measures: Sequence[str], scope: Scope) -> dict[ValueKey, Value]:
        """The value of every period."""
        live = await indicator_values.series(self.tx, measures=measures, unit=scope.unit, basis=scope.basis)
        published = await self._published(scope.unit, scope.basis)
        return self._shown(live, {key: value for key, value in published.items() if key.measure in measures})

    async def below(self, measures: Sequence[str], scope: Scope, units: Collection[str]) -> dict[ValueKey, Value]:
        live = await indicator_values.below(
            self.tx, measures=measures, period=scope.period, basis=scope.basis, units=units
        )
        return self._shown(live, {})

    async def history(
        self, measures: Sequence[Measure], scope: Scope, *, before: int | None, limit: int
    ) -> list[tuple[int, ValueKey, Value]]:
        """Newest first, each with its place: what stood, or what was published. What is withheld is left out, and no
        place counts it: how often it changed tells which corrections left it as it was."""
        published = all(self.view.reads_published(m, scope.unit) for m in measures)
        shown = await (publications.history if published else indicator_values.history)(
            self.tx,
            measures=[m.code for m in measures],
            unit=scope.unit,
            period=scope.period,
            basis=scope.basis,
            shows=None if published or self._reads_all(measures, scope.unit) else self._shows,
            before=before,
            limit=limit,
        )
        self._log(key for _, key, _ in shown)
        return shown

    def _reads_all(self, measures: Iterable[Measure], unit: str) -> bool:
        return self.view.needs_to_know or all(secrecy(self.plan, m, unit) == "open" for m in measures)

    def _shows(self, key: ValueKey, value: Value) -> bool:
        return not self.view.value(key, value).suppressed

    async def _published(
        self, unit: str, basis: Basis, periods: Collection[str] | None = None, as_of: datetime | None = None
    ) -> Mapping[ValueKey, Value]:
        if not self._reads_published(unit):
            return {}
        return await publications.standing(self.tx, unit=unit, basis=basis, periods=periods, as_of=as_of)

    def _reads_published(self, unit: str) -> bool:
        return not self.view.needs_to_know and unit == self.plan.root

    def _shown(self, live: Mapping[ValueKey, Value], published: Mapping[ValueKey, Value]) -> dict[ValueKey, Value]:
        self._log(live)
        return {key: self.view.value(key, value) for key, value in live.items()} | dict(published)

    def _log(self, keys: Iterable[ValueKey]) -> None:
        if not self.view.needs_to_know:
            return
        secret = {key for key in keys if secrecy(self.plan, self.plan.measures[key.measure], key.unit) != "open"}
        if secret:
            security_event(
                "security.sensitive-read",
                self.view.person,
                measures=" ".join(sorted({key.measure for key in secret})),
                units=len({key.unit for key in secret}),
                periods=" ".join(sorted({key.period for key in secret})),
            )


def reading(tx: AsyncConnection, context: AggregationContext, person: Person) -> Reading:
    return Reading(tx, context.plan, context.view(person))
