"""Settings of the submissions service: SUBMISSIONS_… and the environment names common to all services."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class SubmissionsSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SUBMISSIONS_")
    service: ClassVar[str] = "submissions"
    default_port: ClassVar[int] = 8001

    close_after_years: int = Field(
        1, ge=0, le=20, description="A period takes reports until 31 December of this many years after its own."
    )
