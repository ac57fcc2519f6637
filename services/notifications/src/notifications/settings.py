"""Settings of notifications, on top of those common to all services and those of its channels."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import SettingsConfigDict

from notifications.channels.email.settings import EmailSettings

TASK_PATH = "/obligations/{obligation_id}"
"""The page of submissions where an obligation is answered."""


class NotificationsSettings(EmailSettings):
    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True, extra="ignore", populate_by_name=True)
    service: ClassVar[str] = "notifications"
    default_port: ClassVar[int] = 8003

    tick_seconds: float = Field(1.0, gt=0)
    """How often the ticker looks for reminders whose time has come."""
    settle_seconds: float = Field(5.0, ge=0)
    """A reminder whose day has passed when it is planned waits this long: an answer in the same stream stops it."""
    retry_base_seconds: float = Field(30.0, gt=0)
    retry_cap_seconds: float = Field(3600.0, gt=0)
    lease_seconds: float = Field(120.0, gt=0)
    """Longer than one sending can last by any channel (by e-mail `smtp_timeout_seconds` for each of at most four
    steps), and `reason_timeout_seconds` before it where the notice is of a return."""
    claim_size: int = Field(10, ge=1, le=200)

    submissions_api_url: str | None = Field(None, validation_alias=AliasChoices("SUBMISSIONS_API_URL"))
    """Where this service reaches submissions itself; `SUBMISSIONS_URL` unless given, which is what people's browsers
    use."""
    submissions_token_file: Path | None = Field(None, validation_alias=AliasChoices("SUBMISSIONS_TOKEN_FILE"))
    """A bearer token of the role leader, by which the reason of a return is read. Without it, mails say where the
    reason stands instead, except on a machine that issues tokens itself (`LOCAL_ISSUER_KEY_FILE`)."""
    reason_timeout_seconds: float = Field(3.0, gt=0, le=30)
    """How long the whole question for the reason may last."""

    @field_validator("submissions_api_url", "submissions_token_file", mode="before")
    @classmethod
    def _unsaid_is_absent(cls, value: object) -> object:
        return value or None

    @property
    def submissions_api(self) -> str:
        return self.submissions_api_url or self.submissions_url

    @property
    def task_url(self) -> str:
        """With a place `{obligation_id}`."""
        return self.submissions_url.rstrip("/") + TASK_PATH

    @property
    def settle(self) -> timedelta:
        return timedelta(seconds=self.settle_seconds)

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)

    @property
    def retry_base(self) -> timedelta:
        return timedelta(seconds=self.retry_base_seconds)

    @property
    def retry_cap(self) -> timedelta:
        return timedelta(seconds=self.retry_cap_seconds)
