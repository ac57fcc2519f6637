"""What the lists of obligations and of submissions are narrowed to, and where they go on."""

from dataclasses import replace

from pydantic import BaseModel

from shared.access import Person
from shared.web.cursor import Cursor, Limit
from shared.web.query.parameters import FormCode, Id, ReportingPeriod, Unit
from submissions.commands.context import SubmissionsContext
from submissions.rules.obligation import State
from submissions.store.read import ObligationFilter


class ObligationQuery(BaseModel, frozen=True):
    unit: Unit = None
    period: ReportingPeriod = None
    form: FormCode = None
    state: list[State] | None = None
    cursor: Cursor = None
    limit: Limit = 100

    def narrowed(self, context: SubmissionsContext, person: Person) -> ObligationFilter:
        """403 for a unit that is not the person's to read."""
        units = context.readable_units(person, self.unit)
        return ObligationFilter(units, self.period, self.form, tuple(self.state or ()))


class SubmissionQuery(ObligationQuery):
    obligation: Id = None

    def narrowed(self, context: SubmissionsContext, person: Person) -> ObligationFilter:
        return replace(super().narrowed(context, person), obligation_id=self.obligation)
