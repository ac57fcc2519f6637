"""Settings of the aggregation service; see `shared.settings` for what all services read."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class AggregationSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="AGGREGATION_")

    service: ClassVar[str] = "aggregation"
    default_port: ClassVar[int] = 8002

    audit_token: SecretStr | None = Field(
        None, validation_alias="AUDIT_TOKEN", description="Reads the whole log of audit, to compute the state anew."
    )
