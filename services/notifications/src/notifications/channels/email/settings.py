"""Settings of the channel e-mail: the server that delivers, and the domain of the units' mailboxes."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator

from notifications.channels.email.address import is_address
from shared.settings import ServiceSettings
from shared.settings.secret_file import secret_file_fault

NOWHERE = re.compile(r"(^|\.)(example(\.(com|net|org))?|test|invalid|localhost|local)$")
"""Names reserved by RFC 2606 and RFC 6762."""


class EmailSettings(ServiceSettings):
    """`SMTP_URL` is `smtp://user:pass@host:port?starttls=1`, or `smtps://…` for TLS from the first byte."""

    smtp_url: SecretStr = Field(
        SecretStr("smtp://127.0.0.1:1025"), validation_alias=AliasChoices("SMTP_URL", "NOTIFICATIONS_SMTP_URL")
    )
    smtp_password_file: Path | None = Field(None, validation_alias=AliasChoices("SMTP_PASSWORD_FILE"))
    """Instead of a password in `SMTP_URL`; read at every connection, and only where `SMTP_URL` names a user."""
    contact_domain: str = Field(
        "daknong.example", pattern=r"^[a-z0-9.-]+$", validation_alias=AliasChoices("CONTACT_DOMAIN")
    )
    mail_from: str | None = Field(None, validation_alias=AliasChoices("MAIL_FROM"))
    smtp_timeout_seconds: float = Field(15.0, gt=0)

    @field_validator("smtp_password_file", mode="before")
    @classmethod
    def _no_file_is_none(cls, value: object) -> object:
        return value or None

    def faults(self) -> list[str]:
        faults = [*super().faults(), *self._password_faults()]
        if self.environment == "production":
            # Mail to a default would be recorded as sent, or wait for ever, and reach nobody.
            if not {"smtp_url", "contact_domain"} <= self.model_fields_set:
                faults.append("refused in production: SMTP_URL and CONTACT_DOMAIN are required")
            if NOWHERE.search(self.contact_domain):
                faults.append("refused in production: nobody has mail in a CONTACT_DOMAIN like this")
        if not is_address(self.sender):
            faults.append("MAIL_FROM must be one e-mail address, CONTACT_DOMAIN a domain name like daknong.gov.vn")
        return faults

    def _password_faults(self) -> list[str]:
        file, server = self.smtp_password_file, urlsplit(self.smtp_url.get_secret_value())
        if file is None or not server.username:
            return []
        fault = secret_file_fault("SMTP_PASSWORD_FILE", file)
        if not server.password:
            return [fault] if fault else []
        return [] if fault else ["of SMTP_PASSWORD_FILE and a password in SMTP_URL only one can be given"]

    @property
    def sender(self) -> str:
        return self.mail_from or f"nhac-viec@{self.contact_domain}"
