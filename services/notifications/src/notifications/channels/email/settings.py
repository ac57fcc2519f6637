"""Settings of the channel e-mail: the server that delivers, and the domain of the units' mailboxes."""

import re

from pydantic import AliasChoices, Field, SecretStr

from notifications.channels.email.address import is_address
from shared.settings import ServiceSettings

NOWHERE = re.compile(r"(^|\.)(example(\.(com|net|org))?|test|invalid|localhost|local)$")
"""Names reserved by RFC 2606 and RFC 6762."""


class EmailSettings(ServiceSettings):
    """`SMTP_URL` is `smtp://user:pass@host:port?starttls=1`, or `smtps://…` for TLS from the first byte."""

    smtp_url: SecretStr = Field(
        SecretStr("smtp://127.0.0.1:1025"), validation_alias=AliasChoices("SMTP_URL", "NOTIFICATIONS_SMTP_URL")
    )
    contact_domain: str = Field(
        "daknong.example", pattern=r"^[a-z0-9.-]+$", validation_alias=AliasChoices("CONTACT_DOMAIN")
    )
    mail_from: str | None = Field(None, validation_alias=AliasChoices("MAIL_FROM"))
    smtp_timeout_seconds: float = Field(15.0, gt=0)

    def faults(self) -> list[str]:
        faults = super().faults()
        if self.environment == "production":
            # Mail to a default would be recorded as sent, or wait for ever, and reach nobody.
            if not {"smtp_url", "contact_domain"} <= self.model_fields_set:
                faults.append("refused in production: SMTP_URL and CONTACT_DOMAIN are required")
            if NOWHERE.search(self.contact_domain):
                faults.append("refused in production: nobody has mail in a CONTACT_DOMAIN like this")
        if not is_address(self.sender):
            faults.append("MAIL_FROM must be one e-mail address, CONTACT_DOMAIN a domain name like daknong.gov.vn")
        return faults

    @property
    def sender(self) -> str:
        return self.mail_from or f"nhac-viec@{self.contact_domain}"
