"""Why Kafka does not let us in or through, in a sentence for whoever runs the service.

aiokafka tells only that no server could be used: what each of them said it logs and forgets.
"""

import asyncio
import ssl

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
    for_code,
)
from aiokafka.protocol.metadata import MetadataRequest

from shared.messaging.kafka.security import client_options
from shared.messaging.kafka.token import TokenRefused
from shared.settings import KafkaSettings

ASK_SECONDS = 5.0
SASL_AUTHENTICATION_FAILED = for_code(58)  # Kafka protocol; aiokafka 0.14 has no name for it

_FORBIDDEN = {
    TopicAuthorizationFailedError: "topic",
    GroupAuthorizationFailedError: "consumer group",
    ClusterAuthorizationFailedError: "cluster",
}


def refusal(settings: KafkaSettings, error: BaseException) -> str | None:
    """For an error that says that this client may not do what it tried, else None. Names no secret."""
    for kind, thing in _FORBIDDEN.items():
        if isinstance(error, kind):
            told = ", ".join(str(part) for part in error.args if part)
            return f"{_who(settings)} is not allowed to use the {thing} {told}".strip() + ": its ACL does not say so"
    return None


async def connection_refusal(settings: KafkaSettings) -> str | None:
    """Why a server that answers does not let this client in. At most 5 s for each of them.

    None as soon as one lets it in, and where none can be reached: that is an outage.
    """
    try:
        options = client_options(settings)
    except OSError as error:
        return f"a file of the Kafka settings cannot be read: {error}"
    refused = None
    for host, port, _ in collect_hosts(options.pop("bootstrap_servers")):
        try:
            async with asyncio.timeout(ASK_SECONDS):
                connection = await create_conn(host, port, client_id="tiendo-probe", **options)
                try:
                    answer = await connection.send(MetadataRequest([]))  # a listener with SASL closes only now
                finally:
                    connection.close()
            if not answer.brokers:  # OAUTHBEARER: aiokafka does not read that its token was refused (RFC 7628, 3.2.3)
                raise SASL_AUTHENTICATION_FAILED
            return None
        except (KafkaError, OSError, TimeoutError) as error:
            if told := _told(settings, error):
                refused = f"{host}:{port}: {told}"
    return refused


def _told(settings: KafkaSettings, error: BaseException) -> str | None:
    match error:
        case ssl.SSLCertVerificationError():
            by = settings.kafka_ca_file or "the system's authorities"
            return f"its certificate is not trusted by {by} ({error.verify_message}); see KAFKA_CA_FILE"
        case ssl.SSLError():
            return f"no TLS there, or another kind ({error.reason}); see KAFKA_SECURITY_PROTOCOL"
        case TokenRefused():
            return str(error)
        case UnsupportedSaslMechanismError():
            return f"{error}; see KAFKA_SASL_MECHANISM"
        case KafkaConnectionError() | ConnectionResetError() | ConnectionAbortedError():
            return f"closed the connection; does it speak {settings.kafka_protocol}? See KAFKA_SECURITY_PROTOCOL"
    if isinstance(error, AuthenticationFailedError | SASL_AUTHENTICATION_FAILED):
        return f"{_who(settings)} is not let in by {settings.kafka_sasl_mechanism}: wrong name or secret"
    return None


def _who(settings: KafkaSettings) -> str:
    return f"Kafka user {settings.kafka_username}" if settings.kafka_username else "this client"
