"""JSON under /api/v1: contacts."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Response
from pydantic import AfterValidator

from notifications.commands.change_contact import ContactChange
from notifications.http.context import AddressReader, Context, Keeper, visible_unit
from notifications.http.schemas import EMAIL, ContactIn, ContactItem, ContactList
from notifications.rules.contact import Precondition
from notifications.rules.stage import Role
from notifications.rules.texts import text
from notifications.store.contact import find_contact, list_contacts
from shared.access import check_access
from shared.errors import not_found
from shared.text import Fault
from shared.web.cursor import Cursor, Limit, decode, listing
from shared.web.etag import expected_tags
from shared.web.openapi import headers
from shared.web.query.known import refused
from shared.web.query.parameters import Unit, blank_is_none

router = APIRouter(prefix="/api/v1")
TAGGED = {**headers(200, "ETag"), 201: {"model": ContactItem, **headers(201, "ETag")[201]}}


@dataclass(frozen=True, slots=True)
class KnownChannel:
    def refusal(self, value: str, app: FastAPI) -> Fault | None:
        names = app.state.context.channels.names
        return None if value in names else refused("unknown-value", value, names)


ChannelName = Annotated[str | None, AfterValidator(blank_is_none), KnownChannel()]


@router.get("/contacts", response_model=ContactList)
async def contacts(
    person: AddressReader,
    context: Context,
    unit: Unit = None,
    channel: ChannelName = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    """A unit reads its own."""
    after, unit = decode(cursor, str, str, str), visible_unit(person, unit)
    async with context.engine.connect() as tx:
        stored = await list_contacts(tx, limit, unit=unit, channel=channel, after=after)
    return listing(stored, limit, lambda each: (each.unit, each.role, each.channel), ContactItem.of)


@router.get("/contacts/{unit}", response_model=ContactItem, responses=headers(200, "ETag"))
async def contact(
    unit: str,
    role: Role,
    person: AddressReader,
    context: Context,
    response: Response,
    channel: ChannelName = None,
) -> Any:
    """One address, and in ETag the version that a change of it names. 404: there is none yet."""
    check_access(person, unit)
    async with context.engine.connect() as tx:
        found = await find_contact(tx, unit, role, channel or context.channels.default.name)
    if found is None:
        raise not_found(text("contact.none"))
    response.headers["ETag"] = found.etag
    return ContactItem.of(found)


@router.put("/contacts/{unit}", response_model=ContactItem, responses=TAGGED)
async def put_contact(
    unit: str,
    body: ContactIn,
    person: Keeper,
    context: Context,
    response: Response,
    if_match: Annotated[str | None, Header(alias="If-Match")] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Any:
    """Change where a unit's reminders go. What the old address did not get and still matters goes out again.

    `If-Match` names the version that is changed; `If-None-Match: *` stands for a first address (201). Without
    either 428, with a version that is no longer the current one 412; an address that is not right is told before that,
    as 422.
    """
    member, address = body.given_address
    change = ContactChange(
        unit=unit,
        role=body.role,
        channel=EMAIL if member == "email" else body.channel or context.channels.default.name,
        address=address,
        by=person,
        address_at=f"/{member}",
    )
    saved = await context.contacts.change(change, precondition_of(if_match, if_none_match))
    response.status_code = 201 if saved.created else 200
    response.headers["ETag"] = saved.contact.etag
    return ContactItem.of(saved.contact)


def precondition_of(if_match: str | None, if_none_match: str | None) -> Precondition | None:
    """RFC 9110 sections 13.1.1 and 13.1.2. None when neither says which state is changed."""
    if if_match is not None:
        tags = expected_tags(if_match)
        return Precondition(any=True) if tags is None else Precondition(tags)
    return Precondition(absent=True) if (if_none_match or "").strip() == "*" else None
