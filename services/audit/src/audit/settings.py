"""Settings of the audit service. `shared.settings` has those that all services read."""

from datetime import timedelta
from typing import ClassVar

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class AuditSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="AUDIT_")

    service: ClassVar[str] = "audit"
    default_port: ClassVar[int] = 8004

    gap_grace_seconds: float = Field(30, ge=0, description="how late an event may come before it is called missing")
    silent_seconds: float = Field(60, gt=0, description="without a heartbeat a source is called silent")

    submissions_api_url: str | None = Field(None, validation_alias=AliasChoices("SUBMISSIONS_API_URL"))
    aggregation_api_url: str | None = Field(None, validation_alias=AliasChoices("AGGREGATION_API_URL"))
    notifications_api_url: str | None = Field(None, validation_alias=AliasChoices("NOTIFICATIONS_API_URL"))
    """Where this service reaches the others itself; `SUBMISSIONS_URL` and so on unless given, which is what people's
    browsers use."""

    @field_validator("submissions_api_url", "aggregation_api_url", "notifications_api_url", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return value or None

    @property
    def other_services(self) -> dict[str, str]:
        """Where each of them is asked for its operations."""
        return {
            "submissions": self.submissions_api_url or self.submissions_url,
            "aggregation": self.aggregation_api_url or self.aggregation_url,
            "notifications": self.notifications_api_url or self.notifications_url,
        }

    @property
    def gap_grace(self) -> timedelta:
        return timedelta(seconds=self.gap_grace_seconds)

    @property
    def silent_after(self) -> timedelta:
        return timedelta(seconds=self.silent_seconds)
