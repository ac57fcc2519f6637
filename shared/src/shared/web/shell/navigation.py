"""The four places of the header, one per service, and the page each opens with."""

from dataclasses import dataclass

from shared.text import Text


@dataclass(frozen=True, slots=True)
class Place:
    """`consumes`: it applies events, and so has dead letters."""

    service: str
    home: str
    name: Text
    consumes: bool = True


PLACES: dict[str, Place] = {
    place.service: place
    for place in (
        Place("submissions", "/tasks", Text("Việc cần làm", "To do"), consumes=False),
        Place("aggregation", "/indicators", Text("Tiến độ", "Progress")),
        Place("notifications", "/deadlines", Text("Thời hạn", "Deadlines")),
        Place("audit", "/log", Text("Nhật ký", "Log")),
    )
}
