"""The choice of a unit."""

import re
from html import unescape

from services.audit.tests.audit_driver import Audit
from services.audit.tests.page_check import check
from shared.text.names import alphabetical


async def test_units_stand_in_vietnamese_order(audit: Audit) -> None:
    for path in ("/log", "/inspections", "/inspections/new"):
        text = check(await audit.get(path))
        for group in re.findall("<optgroup.*?</optgroup>", text, re.DOTALL):
            names = [unescape(name) for name in re.findall('value="[^"]+"[^>]*>([^<]+)<', group)]
            assert names == sorted(names, key=alphabetical)
