"""The four places of the header, one per service, the page each opens with, and where each role begins."""

from dataclasses import dataclass

from shared.access import Role
from shared.text import Text
from shared.web.texts import text


@dataclass(frozen=True, slots=True)
class NavItem:
    """`consumes`: it applies events, and so has dead letters."""

    service: str
    home: str
    consumes: bool = True

    @property
    def name(self) -> Text:
        return text(f"web.place.{self.service}")


NAV_ITEMS: dict[str, NavItem] = {
    place.service: place
    for place in (
        NavItem("submissions", "/tasks", consumes=False),
        NavItem("aggregation", "/indicators"),
        NavItem("notifications", "/deadlines"),
        NavItem("audit", "/log"),
    )
}

START: dict[Role, tuple[str, str]] = {
    "reporter": ("submissions", "/tasks"),
    "head": ("submissions", "/tasks"),
    "coordinator": ("submissions", "/tasks"),
    "leader": ("aggregation", "/indicators"),
    "auditor": ("audit", "/log"),
    "ops": ("audit", "/operations"),
}
"""Role → service and path of its first page: what the person has to do, or looks at first."""
