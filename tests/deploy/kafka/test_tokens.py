"""A service that comes to Kafka with a token of the identity provider (OAUTHBEARER) instead of a password."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from shared.events import INDICATORS, OPERATIONS
from shared.messaging.kafka import clients
from shared.messaging.kafka.refusal import connection_refusal
from shared.settings import KafkaSettings
from tests.support.secured_kafka import SecuredKafka
from tiendo_local.issuer import Issuer

SASL = {"kafka_sasl_mechanism", "kafka_username", "kafka_password_file"}


class Provider(ThreadingHTTPServer):
    """The token endpoint of an identity provider: client credentials for tokens of `issuer`."""

    def __init__(self, issuer: Issuer) -> None:
        super().__init__(("127.0.0.1", 0), TokenEndpoint)
        self.issuer = issuer
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"


class TokenEndpoint(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        self.server.asked += 1
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        known = b64encode(b"submissions:client-secret").decode()
        ok = self.headers["Authorization"] == f"Basic {known}" and "grant_type=client_credentials" in form
        token = self.server.issuer.token("ops", "DAK_NONG", subject="submissions")
        body = f'{{"access_token": "{token}", "expires_in": 3600}}' if ok else '{"error": "invalid_client"}'
        self.send_response(200 if ok else 401)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def provider(issuer: Issuer, outside: None) -> Iterator[Provider]:
    with Provider(issuer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def by_token(secured: SecuredKafka, **more: Any) -> KafkaSettings:
    given = {name: value for name, value in secured.settings("submissions").items() if name not in SASL}
    return KafkaSettings(**given | {"kafka_sasl_mechanism": "OAUTHBEARER"} | more)


async def test_a_token_of_the_identity_provider_lets_in_and_the_acl_holds_for_it(
    secured: SecuredKafka, provider: Provider
) -> None:
    credentials = {"kafka_token_url": provider.url, "kafka_username": "submissions"}
    settings = by_token(secured, kafka_password="client-secret", **credentials)
    async with clients.producer(settings, enable_idempotence=True) as producer:
        await producer.send_and_wait(OPERATIONS, b"by token")
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(INDICATORS, b"forged")
    assert provider.asked == 1, "one token for all connections of a client"
    fault = await connection_refusal(by_token(secured, kafka_password="another", **credentials))
    assert fault is not None and "KAFKA_TOKEN_URL gave no token: HTTP 401" in fault


async def test_a_token_may_stand_in_a_file_and_one_of_another_issuer_is_refused(
    secured: SecuredKafka, issuer: Issuer, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(issuer.token("ops", "DAK_NONG", subject="submissions"))
    settings = by_token(secured, kafka_token_file=file)
    assert await connection_refusal(settings) is None
    broker = clients.broker(settings, consumer_only=True)
    await broker.start()
    await broker.stop()
    file.write_text(Issuer(tmp_path / "stranger").token("ops", "DAK_NONG", subject="submissions"))
    fault = await connection_refusal(settings)
    assert fault is not None and "not let in by OAUTHBEARER" in fault
