"""A channel of a few lines, as a newcomer would write one: each address is a file, each reminder a line in it."""

import os
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from notifications.channels.channel import (
    Channel,
    DerivedAddress,
    InputType,
    Message,
    NamedUnit,
    Notice,
    Outcome,
    Unreachable,
)
from notifications.rules.stage import days_left
from notifications.settings import NotificationsSettings
from shared.catalogue import Catalogue
from shared.text import Text
from shared.text.messages import Messages


@dataclass(frozen=True, slots=True)
class FileConnection:
    folder: Path

    async def send(self, message: Message) -> Outcome:
        refusal = self.folder / f"{message.address}.refuse"
        if refusal.exists():
            kind = refusal.read_text()
            refusal.unlink()
            return Outcome("failed" if kind == "for good" else "deferred", reason_code="file_refused")
        with (self.folder / f"{message.address}.txt").open("a") as file:
            file.write(f"{message.id} {message.content}\n")
        return Outcome("sent")


@dataclass(frozen=True, slots=True)
class FileChannel:
    folder: Path
    texts: Messages

    name: ClassVar[str] = "file"
    input_type: ClassVar[InputType] = "text"

    def derive_addresses(self, units: Iterable[NamedUnit]) -> list[DerivedAddress]:
        return []

    def check_address(self, text: str) -> Text | None:
        return None if re.fullmatch("[a-z0-9-]+", text) else self.texts.text("channel.file.address")

    def shown_address(self, address: str) -> str:
        return address[:2] + "…"

    def message_id(self, reminder_id: UUID) -> str:
        return f"file:{reminder_id}"

    def mailbox(self, address: str) -> str:
        return address

    def compose(self, message_id: str, notice: Notice) -> Message:
        if self.check_address(notice.address) is not None:
            raise ValueError(f"no file: {notice.address}")
        obligation = notice.obligation
        days = days_left(obligation.due_at, notice.now) if obligation.due_at else 0
        line = self.texts.plain("vi", "file.line", form=obligation.form, days=days)
        return Message(message_id, notice.address, line)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[FileConnection]:
        if not self.folder.is_dir():
            raise Unreachable("no_folder")
        yield FileConnection(self.folder)


def create(settings: NotificationsSettings, catalogue: Catalogue, texts: Messages) -> Channel:
    return FileChannel(Path(os.environ["FILE_CHANNEL_FOLDER"]), texts)
