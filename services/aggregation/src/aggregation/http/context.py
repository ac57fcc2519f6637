"""What the API and the pages work with, made once per process and kept in `app.state.context`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.rules.disclosure import View
from aggregation.rules.plan import PlanIndex
from aggregation.store import read
from shared.access import Person
from shared.auth import require
from shared.calendar import Period
from shared.clock import Clock
from shared.disclosure import DisclosurePolicy
from shared.text.messages import Messages


@dataclass(frozen=True, slots=True)
class AggregationContext:
    engine: AsyncEngine
    plan: PlanIndex
    clock: Clock
    messages: Messages
    policy: DisclosurePolicy

    @property
    def year(self) -> str:
        """The reporting year that holds today."""
        return str(Period.containing(self.clock.today()))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """For whatever is read in several statements. What may be shown of figures is decided by a value: both must be
        of one moment, or a small count that came in between would be shown by what was decided of a large one."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def view(self, person: Person) -> View:
        """What this person gets of the values."""
        return View(self.plan, self.policy, person)

    async def shown_year(self) -> str:
        """The year to show when the request names none: the newest one of which a yearly report has come in.

        From 15 December the new year is open and empty until somebody reports; its quarterly items alone do not make
        it worth showing. Before any report at all: the newest year opened, else the one that holds today.
        """
        async with self.engine.connect() as tx:
            opened = {year: counts for year, counts in (await read.years(tx)).items() if year <= self.year}
        reported = [year for year, counts in opened.items() if counts]
        return max(reported or opened or [self.year])


def context_of(request: Request) -> AggregationContext:
    context: AggregationContext = request.app.state.context
    return context


Context = Annotated[AggregationContext, Depends(context_of)]
Reader = Annotated[Person, Depends(require())]
Overseer = Annotated[Person, Depends(require("ops", "auditor"))]
