"""The four places of the header, one per service, and the page each opens with."""

from dataclasses import dataclass

from shared.text import Text


@dataclass(frozen=True, slots=True)
class NavItem:
    """`consumes`: it applies events, and so has dead letters."""

    service: str
    home: str
    name: Text
    consumes: bool = True


NAV_ITEMS: dict[str, NavItem] = {
    place.service: place
    for place in (
        NavItem("submissions", "/tasks", Text("Việc cần làm", "To do"), consumes=False),
        NavItem("aggregation", "/indicators", Text("Tiến độ", "Progress")),
        NavItem("notifications", "/deadlines", Text("Thời hạn", "Deadlines")),
        NavItem("audit", "/log", Text("Nhật ký", "Log")),
    )
}
