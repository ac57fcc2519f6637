"""Settings of the channel e-mail: the server that delivers, and the domain of the units' mailboxes."""

import re
from typing import Self

from pydantic import AliasChoices, Field, SecretStr, model_validator

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

    @model_validator(mode="after")
    def _production_mail_reaches_people(self) -> Self:
        """Mail to a default would be recorded as sent, or wait for ever, and reach nobody."""
        if self.environment == "production":
            if not {"smtp_url", "contact_domain"} <= self.model_fields_set:
                raise ValueError("refused in production: SMTP_URL and CONTACT_DOMAIN are required")
            if NOWHERE.search(self.contact_domain):
                raise ValueError("refused in production: nobody has mail in a CONTACT_DOMAIN like this")
        return self

    @model_validator(mode="after")
    def _sender_is_an_address(self) -> Self:
        if not is_address(self.sender):
            raise ValueError("MAIL_FROM must be one e-mail address, CONTACT_DOMAIN a domain name like daknong.gov.vn")
        return self

    @property
    def sender(self) -> str:
        return self.mail_from or f"nhac-viec@{self.contact_domain}"
