"""The channel e-mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from notifications.channels.channel import Channel, DerivedAddress, InputType, Message, NamedUnit, Notice
from notifications.channels.email import address as addresses
from notifications.channels.email.message import Composer
from notifications.channels.email.smtp import Server, SmtpConnection
from notifications.settings import NotificationsSettings
from shared.catalogue import Catalogue
from shared.text import Text
from shared.text.messages import Messages


@dataclass(frozen=True, slots=True)
class EmailChannel:
    composer: Composer
    server: Server
    timeout_seconds: float

    name: ClassVar[str] = "email"
    input_type: ClassVar[InputType] = "email"

    def derive_addresses(self, units: Iterable[NamedUnit]) -> list[DerivedAddress]:
        return addresses.derive_addresses(units, self.composer.domain)

    def check_address(self, text: str) -> Text | None:
        return None if addresses.is_address(text) else self.composer.texts.text("channel.email.address")

    def shown_address(self, address: str) -> str:
        return address

    def message_id(self, reminder_id: UUID) -> str:
        """By it a mailbox recognises a second copy (RFC 5322 section 3.6.4)."""
        return f"<{reminder_id}@{self.composer.domain}>"

    def mailbox(self, address: str) -> str:
        return addresses.mailbox(address)

    def compose(self, message_id: str, notice: Notice) -> Message:
        return Message(message_id, notice.address, self.composer.compose(message_id, notice))

    def connect(self) -> SmtpConnection:
        return SmtpConnection(self.server, self.timeout_seconds)


def create(settings: NotificationsSettings, catalogue: Catalogue, texts: Messages) -> Channel:
    """Raises ValueError for an SMTP_URL that cannot be read."""
    composer = Composer(
        catalogue=catalogue,
        texts=texts,
        holidays=catalogue.calendar.holidays(),
        sender=settings.sender,
        domain=settings.contact_domain,
        task_url=settings.task_url,
    )
    server = Server.of(settings.smtp_url.get_secret_value(), settings.smtp_password_file)
    return EmailChannel(composer, server, settings.smtp_timeout_seconds)
