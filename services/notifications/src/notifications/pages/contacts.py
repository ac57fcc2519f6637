"""Contacts: where the reminders of each unit go, and a form to change it. A unit reads its own, and whom to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from notifications.channels.channel import InputType
from notifications.commands.change_contact import ContactChange, StaleContact
from notifications.http.context import AddressReader, Context, Keeper, NotificationsContext, sees_addresses
from notifications.pages.units import in_order
from notifications.pages.words import words
from notifications.rules.contact import ROLES, Contact, Precondition, coordinator_on
from notifications.rules.stage import Role
from notifications.rules.texts import text
from notifications.store import read
from notifications.store.contact import list_contacts
from shared.access import Person
from shared.errors import Problem, invalid
from shared.text import Fault
from shared.web.idempotency import attempt_of
from shared.web.query.parameters import Unit
from shared.web.shell.kept_form import Resumed
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
MOST = 2000


@dataclass(frozen=True, slots=True)
class ContactField:
    """One form: what stands in it, the version it was opened with, a key of its own, where a fault about it points."""

    role: Role
    channel: str
    input_type: InputType
    address: str
    from_catalogue: bool
    refused_at: datetime | None
    version: str
    attempt: str
    pointer: str


@dataclass(frozen=True, slots=True)
class RefusedContact:
    """What was sent and not taken, with the version and the key that it came with."""

    change: ContactChange
    version: str
    attempt: str
    faults: Sequence[Fault]
    status: int = 422


@router.get("/contacts")
async def contacts(request: Request, person: AddressReader, context: Context, saved: Unit = None) -> Response:
    return await _contacts(request, context, person, saved=saved)


@router.post("/contacts")
async def change(
    request: Request,
    person: Keeper,
    context: Context,
    resumed: Resumed,
    unit: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
    channel: Annotated[str, Form()] = "",
    version: Annotated[str, Form()] = "",
    attempt: Annotated[str, Form()] = "",
) -> Response:
    """303 to the page; 422 or 412 with what was typed. A form sent twice is saved once and answered alike."""
    name = channel or context.channels.default.name
    if role not in ROLES or unit not in context.catalogue.units or name not in context.channels.names:
        raise invalid([Fault("broken", "", text("contacts.broken"))])
    contact_change = ContactChange(unit, role, name, address.strip(), person, pointer(unit, role, name))
    if resumed:
        unsent = RefusedContact(contact_change, version, str(uuid4()), [], 200)
        return await _contacts(request, context, person, refused=unsent)
    content = "\n".join((unit, role, name, contact_change.address, version)).encode()
    tried = await attempt_of(request, person.subject, key=_key(attempt), content=content)
    seen = Precondition(frozenset({version})) if version else Precondition(absent=True)
    try:
        await context.contacts.change(contact_change, seen, tried)
    except StaleContact as problem:
        stored = problem.stored
        now = context.shown_address(name, stored.address) if stored else "–"
        fault = Fault("stale", contact_change.address_at, text("contacts.stale", address=now))
        refused = RefusedContact(contact_change, stored.etag if stored else "", str(uuid4()), [fault], problem.status)
    except Problem as problem:
        if problem.status != 422:
            raise
        refused = RefusedContact(contact_change, version, str(uuid4()), problem.faults)
    else:
        return RedirectResponse("/contacts?" + urlencode({"saved": unit}), 303)
    return await _contacts(request, context, person, refused=refused)


async def _contacts(
    request: Request,
    context: NotificationsContext,
    person: Person,
    *,
    saved: str | None = None,
    refused: RefusedContact | None = None,
) -> Response:
    today, own = context.clock.today(), person.own_unit
    coordinator = coordinator_on(context.catalogue, today)
    async with context.engine.connect() as tx:
        stored = await list_contacts(tx, MOST, unit=own)
        owing = set(await read.owing_units(tx)) if own is None else set()
    by_key = {(each.unit, each.role, each.channel): each for each in stored}
    current = {unit.key for unit in context.catalogue.units_on(today)}
    units = {own} if own else {each.unit for each in stored} & (owing | {coordinator}) & current
    return page(
        request,
        "contacts.html",
        200 if refused is None else refused.status,
        units=[(unit, _fields(context, unit, by_key, refused)) for unit in in_order(request, context.catalogue, units)],
        channels=context.channels.names,
        may_change=sees_addresses(person),
        coordinator=coordinator,
        saved=saved if saved in units else None,
        faults=refused.faults if refused else [],
        resumed_at=refused.change.address_at if refused else None,
        **words(context),
    )


def _fields(
    context: NotificationsContext,
    unit: str,
    by_key: Mapping[tuple[str, str, str], Contact],
    refused: RefusedContact | None,
) -> list[ContactField]:
    """One for each role and channel, in that order."""
    fields = []
    for role in ROLES:
        for channel in context.channels:
            contact = by_key.get((unit, role, channel.name))
            at = pointer(unit, role, channel.name)
            field = ContactField(
                role=role,
                channel=channel.name,
                input_type=channel.input_type,
                address=contact.address if contact else "",
                from_catalogue=contact is not None and contact.from_catalogue,
                refused_at=contact.refused_at if contact else None,
                version=contact.etag if contact else "",
                attempt=str(uuid4()),
                pointer=at,
            )
            if refused is not None and refused.change.address_at == at:
                typed = refused.change.address
                field = replace(field, address=typed, version=refused.version, attempt=refused.attempt)
            fields.append(field)
    return fields


def _key(sent: str) -> str:
    """The form's own key; another one where it has none, so that nothing is taken for its repetition."""
    try:
        return str(UUID(sent))
    except ValueError:
        return str(uuid4())


def pointer(unit: str, role: str, channel: str) -> str:
    return f"/{unit}/{role}/{channel}"
