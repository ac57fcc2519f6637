"""The choice of a unit in a form: all units in groups, those that exist today first."""

from typing import Any

from audit.http.context import AuditContext
from shared.text.names import all_units
from shared.web.shell.sign_in import grouped


def unit_groups(context: AuditContext) -> Any:
    today = context.today()
    return grouped(all_units(context.catalogue), lambda unit: unit.valid_to is None or unit.valid_to > today)
