"""JSON under /api/v1: contacts."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Response
from pydantic import AfterValidator

from notifications.commands.change_contact import ContactChange
from notifications.http.context import Context, Keeper
from notifications.http.schemas import EMAIL, ContactIn, ContactItem, ContactList
from notifications.store.contact import list_contacts
from shared.text import Fault
from shared.web.cursor import Cursor, Limit, decode, listing
from shared.web.query.known import refused
from shared.web.query.parameters import Unit, blank_is_none

router = APIRouter(prefix="/api/v1")


@dataclass(frozen=True, slots=True)
class KnownChannel:
    def refusal(self, value: str, app: FastAPI) -> Fault | None:
        names = app.state.context.channels.names
        return None if value in names else refused("unknown-value", value, names)


@router.get("/contacts", response_model=ContactList)
async def contacts(
    _: Keeper,
    context: Context,
    unit: Unit = None,
    channel: Annotated[str | None, AfterValidator(blank_is_none), KnownChannel()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    after = decode(cursor, str, str, str)
    async with context.engine.connect() as tx:
        stored = await list_contacts(tx, limit, unit=unit, channel=channel, after=after)
    return listing(stored, limit, lambda each: (each.unit, each.role, each.channel), ContactItem.of)


@router.put("/contacts/{unit}", response_model=ContactItem)
async def put_contact(
    unit: str,
    body: ContactIn,
    person: Keeper,
    context: Context,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> Any:
    """Change where a unit's reminders go. What the old address did not get and still matters goes out again."""
    member, address = body.given_address
    change = ContactChange(
        unit=unit,
        role=body.role,
        channel=EMAIL if member == "email" else body.channel or context.channels.default.name,
        address=address,
        changed_by=person.subject,
        address_at=f"/{member}",
    )
    contact = await context.contacts.change(change, if_match)
    response.headers["ETag"] = contact.etag
    return ContactItem.of(contact)
