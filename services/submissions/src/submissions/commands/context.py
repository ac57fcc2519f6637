"""What every command works with. Made once in `create_app`; no module holds an engine."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import access
from shared.access import Person
from shared.calendar import Holidays, Period
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.disclosure import DisclosurePolicy
from shared.events import ActingFields, acting
from submissions.commands.authority import answers_for
from submissions.rules.form import FormRules
from submissions.rules.obligation import ReportingObligation
from submissions.rules.submission import SubmissionRecord, disclosed
from submissions.settings import SubmissionsSettings


@dataclass(frozen=True)
class SubmissionsContext:
    settings: SubmissionsSettings
    engine: AsyncEngine
    catalogue: Catalogue
    rules: Mapping[str, FormRules]
    clock: Clock
    holidays: Holidays
    policy: DisclosurePolicy

    def disclosed(self, person: Person, submission: SubmissionRecord) -> SubmissionRecord:
        """The report as the person may read it."""
        return disclosed(
            self.policy, person, submission, lambda: answers_for(self.catalogue, person.unit, self.clock.today())
        )

    def like_units(self, obligation: ReportingObligation) -> list[str]:
        """The units of the same level on the period's cut-off day, itself left out; none for one without a level."""
        own = self.catalogue.units.get(obligation.unit)
        on_the_day = self.catalogue.units_on(Period.parse(obligation.period).cut_off)
        return [unit.key for unit in on_the_day if own and unit.level == own.level and unit.key != own.key]

    def check_access(self, person: Person, unit: str) -> None:
        """403 when the unit is neither the person's nor ended in it."""
        access.check_access(person, unit, lambda: answers_for(self.catalogue, person.unit, self.clock.today()))

    def readable_units(self, person: Person, requested: str | None) -> tuple[str, ...]:
        """The units that a list is narrowed to, none for all. 403 when `requested` is not the person's to read."""
        return access.readable_units(
            person, requested, lambda: answers_for(self.catalogue, person.unit, self.clock.today())
        )


@dataclass(frozen=True)
class Actor:
    """Who acts, in which trace."""

    person: Person
    trace_id: str

    @property
    def acting(self) -> ActingFields:
        """As the events of the act carry it."""
        return acting(self.person.role, self.person.unit, self.person.pseudonym)
