"""What the clients must know to be let in, in the words of aiokafka and in those of FastStream."""

import ssl
from typing import Any

from faststream.security import BaseSecurity, SASLOAuthBearer, SASLPlaintext, SASLScram256, SASLScram512

from shared.messaging.kafka.token import token_provider
from shared.settings import KafkaSettings

_BY_PASSWORD: dict[str, type[SASLPlaintext | SASLScram256 | SASLScram512]] = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """For aiokafka's clients. Raises OSError for a file that was there at the start and is no more."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "security_protocol": settings.kafka_protocol,
        "ssl_context": settings.kafka_tls_context(),
    }
    if not settings.kafka_sasl:
        return options
    options["sasl_mechanism"] = settings.kafka_sasl_mechanism
    if settings.kafka_sasl_mechanism == "OAUTHBEARER":
        return options | {"sasl_oauth_token_provider": token_provider(settings)}
    return options | {"sasl_plain_username": settings.kafka_username, "sasl_plain_password": settings.kafka_secret()}


def broker_options(settings: KafkaSettings) -> dict[str, Any]:
    """For FastStream's broker. Raises OSError."""
    # FastStream takes one string for one server.
    options: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap_servers.split(",")}
    context = settings.kafka_tls_context()
    if not settings.kafka_sasl:
        return options | {"security": BaseSecurity(context, use_ssl=True) if context else None}
    if settings.kafka_sasl_mechanism == "OAUTHBEARER":
        security: BaseSecurity = SASLOAuthBearer(context, use_ssl=context is not None)
        return options | {"security": security, "sasl_oauth_token_provider": token_provider(settings)}
    return options | {"security": _by_password(settings, context)}


def _by_password(settings: KafkaSettings, context: ssl.SSLContext | None) -> BaseSecurity:
    security = _BY_PASSWORD[str(settings.kafka_sasl_mechanism)]
    return security(settings.kafka_username or "", settings.kafka_secret(), context, use_ssl=context is not None)
