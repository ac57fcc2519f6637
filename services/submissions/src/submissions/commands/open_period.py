"""Opening a period: every unit that owes a form on the cut-off day gets its obligation, once."""

from datetime import datetime, timedelta

import uuid6

from shared.access import Person
from shared.calendar import Period
from shared.catalogue import Catalogue
from shared.database import idempotency
from shared.errors import invalid
from shared.events import acting
from shared.messaging import publish
from shared.text.figures import day
from submissions import events
from submissions.commands.answers import Opened, body_of
from submissions.commands.authority import check_opener
from submissions.commands.context import SubmissionsContext
from submissions.rules.obligation import ReportingObligation
from submissions.rules.violation import violation
from submissions.store import write


def read_period(text: str) -> Period:
    """422 for what is no period."""
    try:
        return Period.parse(text)
    except ValueError:
        raise invalid([violation("period_invalid", "/period").fault()]) from None


def check_period(catalogue: Catalogue, period: Period) -> None:
    """422 when the plan does not hold on the period's cut-off day: nobody would owe anything that counts."""
    plan, cut_off = catalogue.plan, period.cut_off
    if not plan.valid_from <= cut_off < plan.valid_to:
        first, last = day(plan.valid_from), day(plan.valid_to - timedelta(days=1))
        wrong = violation(
            "period_outside_plan", "/period", period=str(period), day=day(cut_off), first=first, last=last
        )
        raise invalid([wrong.fault()])


async def open_period(
    context: SubmissionsContext,
    person: Person,
    period: Period,
    attempt: idempotency.Attempt | None = None,
    pretended_at: datetime | None = None,
) -> Opened | idempotency.Replay:
    """How many were opened now and how many were before. Any number of callers at once open each of them once.

    A demonstration opens past ones, at `pretended_at`.
    Raises 403 when another body than the coordinator asks, 422 outside the time of the plan.
    """
    check_opener(context.catalogue, person, context.clock.today())
    check_period(context.catalogue, period)
    async with context.engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return replay
        now = pretended_at or context.clock.now()
        obligations = obligations_of(context.catalogue, period, now)
        new = await write.open_obligations(tx, obligations, now)
        answer = Opened(opened=len(new), existing=len(obligations) - len(new))
        await idempotency.finish(tx, attempt, 200, body_of(answer))
        version, opener = context.catalogue.version, acting(person.role, person.unit, person.pseudonym)
        await publish(tx, *(events.opened(one, version, opener) for one in obligations if one.id in new))
    return answer


def obligations_of(catalogue: Catalogue, period: Period, opened_at: datetime) -> list[ReportingObligation]:
    """What the plan's units owe for the period, as the first version of each."""
    return [
        ReportingObligation(
            id=uuid6.uuid7(),
            obligation=owed.obligation,
            form=owed.form,
            unit=owed.unit,
            period=str(owed.period),
            due_at=owed.due_at,
            state="open",
            revision=0,
            version=1,
            opened_at=opened_at,
        )
        for owed in catalogue.forms_owed(period)
    ]
