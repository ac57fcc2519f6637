"""Opening a period: every unit that owes a form on the cut-off day gets its obligation, once."""

from datetime import timedelta
from typing import Any

import uuid6

from shared.auth import Person
from shared.calendar import Period
from shared.catalogue import Catalogue
from shared.database import idempotency
from shared.errors import invalid
from shared.messaging import publish
from shared.text import Fault, Text
from submissions import events
from submissions.commands.answers import Opened
from submissions.commands.authority import check_opener
from submissions.commands.context import SubmissionsContext
from submissions.commands.submit import body_of
from submissions.store import write

BAD_PERIOD = Text("Kỳ phải viết như 2026 hoặc 2026-Q3.", "A period is written like 2026 or 2026-Q3.")
OUTSIDE = Text(
    "Kỳ {period} chốt ngày {day}, ngoài thời gian của Kế hoạch (từ {first} đến {last}); không mở được.",
    "Period {period} ends on {day}, outside the time of the plan ({first} to {last}); it cannot be opened.",
)


def read_period(text: str) -> Period:
    """422 for what is no period."""
    try:
        return Period.parse(text)
    except ValueError:
        raise invalid([Fault("period_invalid", "/period", BAD_PERIOD)]) from None


def check_period(catalogue: Catalogue, period: Period) -> None:
    """422 when the plan does not hold on the period's cut-off day: nobody would owe anything that counts."""
    plan, day = catalogue.plan, period.cut_off
    if not plan.valid_from <= day < plan.valid_to:
        days = {"day": day, "first": plan.valid_from, "last": plan.valid_to - timedelta(days=1)}
        told = {name: f"{value:%d/%m/%Y}" for name, value in days.items()} | {"period": str(period)}
        text = Text(OUTSIDE.vi.format(**told), OUTSIDE.en.format(**told))
        raise invalid([Fault("period_outside_plan", "/period", text)])


async def open_period(
    context: SubmissionsContext, person: Person, period: Period, attempt: idempotency.Attempt | None = None
) -> Opened | idempotency.Replay:
    """How many were opened now and how many were before. Any number of callers at once open each of them once.

    Raises 403 when another body than the coordinator asks, 422 outside the time of the plan.
    """
    check_opener(context.catalogue, person, context.today())
    check_period(context.catalogue, period)
    rows = rows_for(context, period)
    async with context.engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return replay
        now = context.clock.now()
        new = await write.open_obligations(tx, rows, now)
        answer = Opened(opened=len(new), existing=len(rows) - len(new))
        await idempotency.finish(tx, attempt, 200, body_of(answer))
        fresh = [events.opened(row, now, context.catalogue.version) for row in rows if row["id"] in new]
        await publish(tx, *fresh)
    return answer


def rows_for(context: SubmissionsContext, period: Period) -> list[dict[str, Any]]:
    return [
        {
            "id": uuid6.uuid7(),
            "obligation": duty.obligation,
            "form": duty.form,
            "unit": duty.unit,
            "period": str(duty.period),
            "due_at": duty.due_at,
        }
        for duty in context.catalogue.forms_owed(period)
    ]
