"""One reminder: its facts, its attempts, and the others about the same obligation."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from notifications.http.context import Anyone, Context, sees_addresses
from notifications.http.routes import find_reminder
from notifications.pages.words import words
from notifications.settings import TASK_PATH
from notifications.store import read
from notifications.store.read import DeadlineFilter
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROWS = 50


@router.get("/reminders/{reminder_id}")
async def reminder(request: Request, reminder_id: UUID, person: Anyone, context: Context) -> Response:
    async with context.engine.connect() as tx:
        shown = await find_reminder(tx, person, reminder_id)
        attempts = await read.deliveries(tx, DeadlineFilter(), None, ROWS, reminder_id=reminder_id)
        about_same = await read.reminders(tx, DeadlineFilter(obligation_id=shown.obligation_id), None, ROWS)
    recipient = (shown.role, shown.channel)
    return page(
        request,
        "reminder.html",
        reminder=shown,
        attempts=attempts[:ROWS],
        others=[other for other in about_same[:ROWS] if (other.role, other.channel) == recipient],
        task_path=TASK_PATH.format(obligation_id=shown.obligation_id),
        sees_addresses=sees_addresses(person),
        sees_message_id=person.role == "ops",  # who looks for a mail in the logs of a server
        **words(context),
    )
