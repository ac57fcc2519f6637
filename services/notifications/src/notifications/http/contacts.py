"""JSON under /api/v1: contacts."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from notifications.commands.change_contact import ContactChange
from notifications.http.context import Context, Keeper
from notifications.http.query import Code
from notifications.http.schemas import EMAIL, ContactIn, ContactItem, ContactList
from notifications.store.contact import list_contacts
from shared.web.cursor import Cursor, Limit, decode, listing

router = APIRouter(prefix="/api/v1")


@router.get("/contacts", response_model=ContactList)
async def contacts(
    _: Keeper,
    context: Context,
    unit: Code = None,
    channel: Code = None,
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
