"""Contacts to begin with: every unit and role has one, and what people have entered stays."""

from notifications.commands.seed_contacts import seed_contacts
from notifications.rules.contact import ROLES
from services.notifications.tests.service import Parts


async def test_every_unit_and_role_has_one_address_by_mail(service: Parts) -> None:
    rows = await service.rows("select unit, role, channel, changed_by from contact")
    assert {(row.unit, row.role) for row in rows} == {
        (unit, role) for unit in service.catalogue.units for role in ROLES
    }
    assert {(row.channel, row.changed_by) for row in rows} == {("email", "catalogue")}


async def test_what_people_have_entered_stays(service: Parts) -> None:
    await service.change("update contact set address = 'a@b.example', changed_by = 'p' where unit = 'SO_Y_TE'")
    await seed_contacts(service.engine, service.catalogue, service.channels, service.clock)
    rows = await service.rows("select distinct address, changed_by from contact where unit = 'SO_Y_TE'")
    assert [tuple(row) for row in rows] == [("a@b.example", "p")]
