"""Settings that every service reads from its environment. A service subclasses `ServiceSettings` and adds its own."""

from shared.settings.kafka import KafkaSettings
from shared.settings.service import PRODUCTION_RATES, ServiceSettings

__all__ = ["PRODUCTION_RATES", "KafkaSettings", "ServiceSettings"]
