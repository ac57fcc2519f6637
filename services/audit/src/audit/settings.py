"""Settings of the audit service. `shared.settings` has those that all services read."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class AuditSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="AUDIT_")

    service: ClassVar[str] = "audit"
    default_port: ClassVar[int] = 8004

    gap_grace_seconds: float = Field(30, ge=0, description="how late an event may come before it is called missing")
    silent_seconds: float = Field(60, gt=0, description="without a heartbeat a source is called silent")

    @property
    def gap_grace(self) -> timedelta:
        return timedelta(seconds=self.gap_grace_seconds)

    @property
    def silent_after(self) -> timedelta:
        return timedelta(seconds=self.silent_seconds)
