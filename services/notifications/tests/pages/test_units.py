"""Units stand in the reader's order."""

import re
from datetime import date
from uuid import uuid4

from services.notifications.tests.service import ApiClients, MakeEvents, Parts
from shared.text.names import alphabetical

HTML = {"Accept": "text/html"}


async def test_units_stand_in_vietnamese_order(api: ApiClients, service: Parts, obligation_events: MakeEvents) -> None:
    units = [u.key for u in service.catalogue.units_on(date(2026, 11, 24)) if u.level == "commune"]
    await service.consume(*(obligation_events(id=uuid4(), unit=unit).opened() for unit in units))
    async with api.as_("coordinator", **HTML) as client:
        month, contacts = (await client.get("/deadlines")).text, (await client.get("/contacts")).text
    offered = re.findall(r'<option value="\d[^"]*">([^<(]+)</option>', month)
    kept = re.findall(r'<h2 id="unit-\d+">([^<]+)</h2>', contacts)
    kept.remove(service.catalogue.unit("SO_NOI_VU").name_vi)  # the coordinator, whose address answers go to
    assert offered == kept == sorted(kept, key=alphabetical) != sorted(kept) and len(kept) == len(units)
    assert month.count("· Tiến Độ</title>") == contacts.count("· Tiến Độ</title>") == 1
    assert "Tiến Độ · Tiến Độ" not in month + contacts
