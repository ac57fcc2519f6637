"""A mail server that fails on demand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from notifications.settings import NotificationsSettings
from services.notifications.tests.channels.far_side import Received
from tiendo_local.servers.mail.smtp_sink import SmtpSink


class MailServer:
    address = "ubnd@quangtruc.example"

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    def settings(self, settings: NotificationsSettings) -> NotificationsSettings:
        return settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{self._sink.port}")})

    def refuse(self, *, for_good: bool) -> None:
        self._sink.fail("rcpt", "550 5.1.1 No such mailbox" if for_good else "451 4.3.0 Try again later")

    def go_away(self) -> None:
        self._sink.fail("mail", "530 5.7.0 Authentication required")

    def come_back(self) -> None:
        """It refuses one connection only."""

    def received(self) -> list[Received]:
        return [Received(mail.recipients[0], str(mail.message["Message-ID"])) for mail in self._sink.messages]


@contextmanager
def far_side(folder: Path) -> Iterator[MailServer]:
    with SmtpSink() as sink:
        yield MailServer(sink)
