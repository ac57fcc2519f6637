"""Contacts: where the reminders of each unit go, and a form to change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from notifications.channels.channel import InputType
from notifications.commands.change_contact import ContactChange
from notifications.http.context import Context, Keeper, NotificationsContext
from notifications.pages.units import in_order
from notifications.rules.contact import ROLES, Contact
from notifications.rules.stage import Role
from notifications.store import read
from notifications.store.contact import list_contacts
from shared.errors import Problem
from shared.text import Fault
from shared.web.query.parameters import Unit
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
MOST = 2000


@dataclass(frozen=True, slots=True)
class ContactField:
    """One form: what stands in it, and where a fault about it points."""

    role: Role
    channel: str
    input_type: InputType
    address: str
    from_catalogue: bool
    pointer: str


@dataclass(frozen=True, slots=True)
class RefusedContact:
    """What was sent and not taken."""

    change: ContactChange
    faults: Sequence[Fault]


@router.get("/contacts")
async def contacts(request: Request, _: Keeper, context: Context, saved: Unit = None) -> Response:
    return await _contacts(request, context, saved=saved)


@router.post("/contacts")
async def change(
    request: Request,
    person: Keeper,
    context: Context,
    unit: Annotated[str, Form(max_length=80)],
    role: Annotated[Role, Form()],
    address: Annotated[str, Form(max_length=300)] = "",
    channel: Annotated[str | None, Form(max_length=80)] = None,
) -> Response:
    name = channel or context.channels.default.name
    contact_change = ContactChange(unit, role, name, address.strip(), person.subject, pointer(unit, role, name))
    try:
        await context.contacts.change(contact_change)
    except Problem as problem:
        if problem.status != 422:
            raise
        return await _contacts(request, context, refused=RefusedContact(contact_change, problem.faults))
    return RedirectResponse("/contacts?" + urlencode({"saved": unit}), 303)


async def _contacts(
    request: Request, context: NotificationsContext, *, saved: str | None = None, refused: RefusedContact | None = None
) -> Response:
    today = context.clock.today()
    current = {unit.key for unit in context.catalogue.units_on(today)}
    async with context.engine.connect() as tx:
        stored = await list_contacts(tx, MOST)
        owing = set(await read.owing_units(tx))
    by_key = {(each.unit, each.role, each.channel): each for each in stored}
    units = {each.unit for each in stored} & owing & current
    return page(
        request,
        "contacts.html",
        200 if refused is None else 422,
        units=[(unit, _fields(context, unit, by_key, refused)) for unit in in_order(request, context.catalogue, units)],
        channels=context.channels.names,
        saved=saved if saved in units else None,
        faults=refused.faults if refused else [],
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
            address = contact.address if contact else ""
            if refused is not None and refused.change.address_at == at:
                address = refused.change.address
            from_catalogue = contact is not None and contact.from_catalogue
            fields.append(ContactField(role, channel.name, channel.input_type, address, from_catalogue, at))
    return fields


def pointer(unit: str, role: str, channel: str) -> str:
    return f"/{unit}/{role}/{channel}"
