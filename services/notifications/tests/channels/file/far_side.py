"""The folder that the planted channel writes into."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notifications.settings import NotificationsSettings
from services.notifications.tests.channels.far_side import Received


class Folder:
    address = "quang-truc"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def settings(self, settings: NotificationsSettings) -> NotificationsSettings:
        return settings

    def refuse(self, *, for_good: bool) -> None:
        (self._folder / f"{self.address}.refuse").write_text("for good" if for_good else "for now")

    def go_away(self) -> None:
        self._folder.rename(self._folder.with_suffix(".away"))

    def come_back(self) -> None:
        self._folder.with_suffix(".away").rename(self._folder)

    def received(self) -> list[Received]:
        lines = [(path.stem, line) for path in self._folder.glob("*.txt") for line in path.read_text().splitlines()]
        return [Received(address, line.split()[0]) for address, line in lines]


@contextmanager
def far_side(folder: Path) -> Iterator[Folder]:
    chosen = folder / "channel"
    chosen.mkdir()
    os.environ["FILE_CHANNEL_FOLDER"] = str(chosen)
    yield Folder(chosen)
    del os.environ["FILE_CHANNEL_FOLDER"]
