"""Settings of notifications, on top of those common to all services."""

import re
from datetime import timedelta
from typing import ClassVar, Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

NOWHERE = re.compile(r"(^|\.)(example(\.(com|net|org))?|test|invalid|localhost|local)$")
"""Names reserved by RFC 2606 and RFC 6762."""


class NotificationsSettings(ServiceSettings):
    """`SMTP_URL` is `smtp://user:pass@host:port?starttls=1`, or `smtps://…` for TLS from the first byte."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True, extra="ignore", populate_by_name=True)
    service: ClassVar[str] = "notifications"
    default_port: ClassVar[int] = 8003

    smtp_url: SecretStr = Field(
        SecretStr("smtp://127.0.0.1:1025"), validation_alias=AliasChoices("SMTP_URL", "NOTIFICATIONS_SMTP_URL")
    )
    contact_domain: str = Field(
        "daknong.example", pattern=r"^[a-z0-9.-]+$", validation_alias=AliasChoices("CONTACT_DOMAIN")
    )
    mail_from: str | None = Field(None, validation_alias=AliasChoices("MAIL_FROM"))

    tick_seconds: float = Field(1.0, gt=0)
    """How often the ticker looks for reminders whose time has come."""
    settle_seconds: float = Field(5.0, ge=0)
    """A reminder whose day has passed when it is planned waits this long: an answer in the same stream stops it."""
    retry_base_seconds: float = Field(30.0, gt=0)
    retry_cap_seconds: float = Field(3600.0, gt=0)
    lease_seconds: float = Field(120.0, gt=0)
    """Longer than one sending can last (`smtp_timeout_seconds` for each of its steps, at most four of them)."""
    smtp_timeout_seconds: float = Field(15.0, gt=0)
    claim_size: int = Field(10, ge=1, le=200)

    @model_validator(mode="after")
    def _production_reaches_people(self) -> Self:
        """Mail to a default would be recorded as sent, or wait for ever, and reach nobody."""
        if self.environment == "production":
            if not {"smtp_url", "contact_domain"} <= self.model_fields_set:
                raise ValueError("refused in production: SMTP_URL and CONTACT_DOMAIN are required")
            if NOWHERE.search(self.contact_domain):
                raise ValueError("refused in production: nobody has mail in a CONTACT_DOMAIN like this")
        return self

    @property
    def sender(self) -> str:
        return self.mail_from or f"nhac-viec@{self.contact_domain}"

    @property
    def settle(self) -> timedelta:
        return timedelta(seconds=self.settle_seconds)

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)
