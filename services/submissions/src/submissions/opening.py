"""Opening a period: every unit that owes a form on the cut-off day gets its obligation, once."""

from typing import Any

import uuid6

from shared.calendar import Period
from shared.messaging import publish
from shared.web import idempotency
from shared.web.problem import Fault, Text, invalid
from submissions import events, store
from submissions.desk import Desk
from submissions.intake import body_of
from submissions.schemas import Opened

BAD_PERIOD = Text("Kỳ phải viết như 2026 hoặc 2026-Q3.", "A period is written like 2026 or 2026-Q3.")


def read_period(text: str) -> Period:
    """422 for what is no period."""
    try:
        return Period.parse(text)
    except ValueError:
        raise invalid([Fault("period_invalid", "/period", BAD_PERIOD)]) from None


async def open_period(
    desk: Desk, period: Period, attempt: idempotency.Attempt | None = None
) -> Opened | idempotency.Replay:
    """How many were opened now and how many were before. Any number of callers at once open each of them once."""
    rows = rows_for(desk, period)
    async with desk.engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return replay
        now = desk.clock.now()
        new = await store.open_obligations(tx, rows, now)
        answer = Opened(opened=len(new), existing=len(rows) - len(new))
        await idempotency.finish(tx, attempt, 200, body_of(answer))
        fresh = [events.opened(row, now, desk.catalogue.version) for row in rows if row["id"] in new]
        await publish(tx, *fresh)
    return answer


def rows_for(desk: Desk, period: Period) -> list[dict[str, Any]]:
    return [
        {
            "id": uuid6.uuid7(),
            "obligation": duty.obligation,
            "form": duty.form,
            "unit": duty.unit,
            "period": str(duty.period),
            "due_at": duty.due_at,
        }
        for duty in desk.catalogue.forms_owed(period)
    ]
