"""Settings of notifications, on top of those common to all services."""

from datetime import timedelta
from typing import ClassVar

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
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

    @property
    def sender(self) -> str:
        return self.mail_from or f"nhac-viec@{self.contact_domain}"

    @property
    def settle(self) -> timedelta:
        return timedelta(seconds=self.settle_seconds)

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)
