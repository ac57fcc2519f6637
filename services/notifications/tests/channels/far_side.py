"""What receives the messages of a channel and fails on demand.

Each channel has one: `tests/channels/<name>/far_side.py` with a context manager `far_side(folder: Path) -> FarSide`.
The contract of channels is run against it.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from notifications.settings import NotificationsSettings

PACKAGE = "services.notifications.tests.channels"


@dataclass(frozen=True, slots=True)
class Received:
    address: str
    message_id: str


class FarSide(Protocol):
    @property
    def address(self) -> str:
        """A right address."""
        ...

    def settings(self, settings: NotificationsSettings) -> NotificationsSettings:
        """With what leads the channel here."""
        ...

    def refuse(self, *, for_good: bool) -> None:
        """The next message."""
        ...

    def go_away(self) -> None: ...

    def come_back(self) -> None: ...

    def received(self) -> list[Received]: ...


def far_side(name: str, folder: Path) -> AbstractContextManager[FarSide]:
    module: Any = import_module(f"{PACKAGE}.{name}.far_side")
    made: AbstractContextManager[FarSide] = module.far_side(folder)
    return made
