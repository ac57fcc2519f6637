"""The four places of the header, one per service, and the page each opens with."""

from dataclasses import dataclass

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
